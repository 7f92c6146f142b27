/** Which tracker there is, and how it is reached. */
export interface TrackerConfig {
  readonly kind: 'github' | 'jira' | 'azure-devops';
  /** `owner/repository`, the key of a Jira project, or `organisation/project`. */
  readonly project: string;
  /** Without a slash at its end. */
  readonly api: string;
  readonly token: string;
}
