/** Every channel that reaches real people, behind the one port: a message goes by the channel that it names. */
import type { ComposedMessage } from '../../activities/delivery-line';
import type { Channel, LiveTransport } from '../../activities/send-page';

type ChannelName = NonNullable<ComposedMessage['channel']>;

export function liveChannels(channels: Readonly<Record<ChannelName, Channel>>): LiveTransport {
  return {
    reaches: 'contacts',
    send: (message) => channels[message.channel ?? 'email'].send(message),
  };
}
