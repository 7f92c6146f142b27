/**
 * How payloads are read. The default converter throws on bytes that are no JSON, which would fail the workflow task
 * again and again; here such a payload becomes a value that every shape refuses, so the incident lives on.
 */
import { DefaultPayloadConverter, type Payload } from '@temporalio/common';

class LenientPayloadConverter extends DefaultPayloadConverter {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the signature is the SDK's
  override fromPayload<Value>(payload: Payload): Value {
    try {
      return super.fromPayload<Value>(payload);
    } catch {
      return undefined as Value;
    }
  }
}

export const payloadConverter = new LenientPayloadConverter();
