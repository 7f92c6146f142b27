/** Current details in the Temporal UI. Written when somebody looks: seldom, and each time a walk through all gates. */
import { setCurrentDetails } from '@temporalio/workflow';

/** The query by which the UI and `temporal workflow metadata` ask for them. */
export const metadataQuery = '__temporal_workflow_metadata';

let textOfDetails: (() => string) | undefined;

export function describeBy(text: () => string): void {
  textOfDetails = text;
}

export function refreshCurrentDetails(): void {
  if (textOfDetails !== undefined) setCurrentDetails(textOfDetails());
}
