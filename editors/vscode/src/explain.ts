/** The page of a rule: which rule is meant, and what dagdock says about it. */

import { lastLine } from './find';
import type { Run } from './run';

/** The part of a diagnostic that tells where it comes from. */
export interface Reported {
  source?: string | undefined;
  code?: string | number | { value: string | number } | undefined;
}

/** The codes of dagdock's findings among diagnostics, each once. */
export function codes(diagnostics: readonly Reported[]): string[] {
  const found = diagnostics
    .filter(({ source }) => source === 'dagdock')
    .map(({ code }) => String(typeof code === 'object' ? code.value : (code ?? '')));
  return [...new Set(found)].filter(Boolean);
}

/** The page as text. Rejects, with dagdock's own words, where there is no such rule. */
export async function page(rule: string, command: string, args: string[], run: Run): Promise<string> {
  const done = await run(command, [...args, 'explain', rule]);
  if (done.status !== 0) throw new Error(lastLine(done.stderr) || `dagdock explain ended with status ${done.status}`);
  return done.stdout;
}

/** A page's title, from its first line: `DF605 multiple-cmd`. */
export function title(text: string): string {
  return text.split('\n', 1)[0]?.trim() || 'rule';
}
