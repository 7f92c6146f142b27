// PostgreSQL: checks that its programs run here, so that the demo does not fail a minute later.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { preparePostgresPrograms } from '../postgres-programs.mjs';
import { serverUser } from '../server-user.mjs';
import { SetupProblem } from './problem.mjs';

export async function preparePostgres(report) {
  if (process.env.DATABASE_URL) {
    report.note('DATABASE_URL is set: that PostgreSQL is used, none is started.');
    return;
  }
  try {
    const programs = preparePostgresPrograms();
    serverUser();
    execFileSync(join(programs, 'bin', 'postgres'), ['--version'], { stdio: 'pipe', timeout: 20_000 });
  } catch (error) {
    const reason = error.stderr?.toString().trim() || error.message;
    throw new SetupProblem(
      `The PostgreSQL from the npm packages does not run on this machine: ${reason}\nSet DATABASE_URL to a PostgreSQL you already have (the user must be allowed to create databases for the tests).`,
    );
  }
}
