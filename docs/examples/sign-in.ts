import { ManagedIdentityCredential } from '@azure/identity';
import { enroll, resume, OathEnrollError } from 'oath-enroll';

const auth = new ManagedIdentityCredential();

try {
  const { verdict, summary } = await enroll('rollout.csv', { auth, runId: 'november' });
  // Graph was out of reach, or the sign-in ended: later, once that is mended, the rest is sent.
  if (verdict === 'stopped') await resume(summary.folder, { auth });
} catch (error) {
  // Trouble that a person can mend; anything else is a defect.
  if (!(error instanceof OathEnrollError)) throw error;
  console.error(`${error.code}: ${error.toString()}`);
}
