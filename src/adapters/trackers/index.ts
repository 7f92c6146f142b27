/** The tracker that the configuration names. */
import { TrackerRefusal, type IssueTracker } from '../../activities/ask-tracker';
import { azureDevOpsTracker } from './azure-devops';
import { gitHubTracker } from './github';
import { jiraTracker } from './jira';
import type { TrackerConfig } from './tracker-config';

const makers = { github: gitHubTracker, jira: jiraTracker, 'azure-devops': azureDevOpsTracker };

/** Without one, a policy that asks for it gets a sentence that says what is missing. */
export function issueTracker(config: TrackerConfig | undefined): IssueTracker {
  return config === undefined ? missing : makers[config.kind](config);
}

const unavailable = () =>
  Promise.reject(
    new TrackerRefusal(
      'the policy asks the tracker, and this worker knows none: set FIREBREAK_TRACKER and FIREBREAK_TRACKER_TOKEN',
    ),
  );
const missing: IssueTracker = { find: unavailable, open: unavailable };
