/** Where dagdock is: the places that may have it, in the order they are asked, and the first that answers. */

import * as path from 'node:path';
import type { Run } from './run';
import type { Settings } from './settings';

/** A way to start dagdock: `command` with `args`, and then the arguments of dagdock itself. */
export interface Program {
  command: string;
  args: string[];
  /** Where it was found, in words for the user. */
  origin: string;
}

export interface Found extends Program {
  version: string;
}

/** What there is to look at. */
export interface Surroundings {
  /** Whether the user trusts the workspace: its own programs are run only then. */
  trusted: boolean;
  folders: string[];
  /** The interpreter that the Python extension has chosen. */
  activeInterpreter: string | undefined;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  isFile(file: string): boolean;
}

/** Nothing answered: each place with what it said. */
export interface NotFound {
  tried: { program: Program; reason: string }[];
}

// `-m dagdock` would look into the working folder first, which is the workspace: this leaves it out.
const WITHOUT_WORKING_FOLDER =
  'import sys; sys.path[:] = filter(None, sys.path); from dagdock.cli import main; sys.exit(main())';

/** The places to ask. What the user set is the only one: to start another program in its stead would surprise. */
export function programs(settings: Pick<Settings, 'path' | 'interpreter'>, around: Surroundings): Program[] {
  if (settings.path) return [{ command: settings.path, args: [], origin: 'the setting dagdock.path' }];
  if (settings.interpreter) return [ofInterpreter(settings.interpreter, 'the setting dagdock.interpreter')];
  const found: Program[] = [];
  if (around.trusted) {
    if (around.activeInterpreter) {
      found.push(ofInterpreter(around.activeInterpreter, "the Python extension's interpreter"));
    }
    for (const folder of around.folders) {
      for (const name of ['.venv', 'venv']) {
        const script = inEnvironment(folder, name, around);
        if (script) found.push({ command: script, args: [], origin: `${name} of the workspace` });
      }
    }
  }
  const script = onPath(around);
  if (script) found.push({ command: script, args: [], origin: 'PATH' });
  return found;
}

/** The first program that tells its version. */
export async function find(among: Program[], run: Run): Promise<Found | NotFound> {
  const tried: NotFound['tried'] = [];
  for (const program of among) {
    const done = await run(program.command, [...program.args, '--version']);
    const version = /^dagdock (\S+)\s*$/.exec(done.stdout)?.[1];
    if (done.status === 0 && version) return { ...program, version };
    tried.push({ program, reason: lastLine(done.stderr) || lastLine(done.stdout) || `exit status ${done.status}` });
  }
  return { tried };
}

/** The last line of what a program said: of a traceback it is the one that tells what happened. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}

function ofInterpreter(command: string, origin: string): Program {
  return { command, args: ['-c', WITHOUT_WORKING_FOLDER], origin };
}

function inEnvironment(folder: string, name: string, { platform, isFile }: Surroundings): string | undefined {
  const script = platform === 'win32' ? ['Scripts', 'dagdock.exe'] : ['bin', 'dagdock'];
  const file = flavour(platform).join(folder, name, ...script);
  return isFile(file) ? file : undefined;
}

/** A program on PATH, as an absolute path: the system's own search might start in the working folder. */
function onPath({ env, platform, isFile }: Surroundings): string | undefined {
  const { delimiter, isAbsolute, join } = flavour(platform);
  const value = env['PATH'] ?? Object.entries(env).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? '';
  return value
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, platform === 'win32' ? 'dagdock.exe' : 'dagdock'))
    .find(isFile);
}

function flavour(platform: NodeJS.Platform): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}
