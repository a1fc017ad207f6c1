/** What to tell the user when the server does not start: what is wrong, and what to do. */

import { lastLine, type NotFound, type Program } from './find';
import type { Done } from './run';

/** What a button does: open the setting, the log, the page that tells how to install, or ask again. */
export type Step = 'Open Settings' | 'Show Log' | 'How to Install' | 'Try Again';

export interface Trouble {
  message: string;
  steps: Step[];
}

export function notFound({ tried }: NotFound, trusted: boolean): Trouble {
  const named = tried.length === 1 ? tried[0] : undefined;
  if (named?.program.origin.startsWith('the setting')) {
    return {
      message: `dagdock: ${named.program.origin} names ${named.program.command}, which cannot be used: ${named.reason}`,
      steps: ['Open Settings', 'Try Again'],
    };
  }
  const places = tried.map(({ program }) => program.origin);
  const looked = places.length ? `not in ${list(places)}` : 'not on PATH';
  const trust = trusted ? '' : ' (in a workspace that you do not trust, its virtual environment is left alone)';
  return {
    message: `dagdock is not installed: ${looked}${trust}. Run: pip install 'dagdock[lsp]'`,
    steps: ['How to Install', 'Open Settings', 'Try Again'],
  };
}

/** The server did not come to speak: `problem` is what the client said, `done` a second run with nobody to talk to. */
export function notStarted({ origin, command }: Program, done: Done, problem: unknown): Trouble {
  if (done.stderr.includes('dagdock[lsp]')) {
    return {
      message: `dagdock (from ${origin}) has no language server yet. Run: pip install 'dagdock[lsp]' there`,
      steps: ['How to Install', 'Try Again'],
    };
  }
  const said = done.status === 2 || done.status === null ? lastLine(done.stderr) : '';
  const reason = said || (problem instanceof Error ? problem.message : String(problem));
  return {
    message: `dagdock: the server does not start (${command}): ${reason}`,
    steps: ['Show Log', 'Open Settings', 'Try Again'],
  };
}

function list(words: string[]): string {
  const last = words.at(-1) ?? '';
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${last}` : last;
}
