import { incidentPhase } from '../../src/domain/incident';
import { closingGate, isReadyToClose } from '../../src/domain/gates';
import { played, wholeStory } from '../support/incidents';
test('x', () => {
  const i = played(...wholeStory);
  console.log(incidentPhase(i.state), closingGate(i.state), isReadyToClose(i.state));
});
