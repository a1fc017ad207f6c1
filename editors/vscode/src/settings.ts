/** What the user set, and what of it the server is told. */

import * as path from 'node:path';

export interface Settings {
  enable: boolean;
  path: string;
  interpreter: string;
  args: string[];
  config: string;
  isolated: boolean;
  select: string[] | null;
  extendSelect: string[];
  ignore: string[];
  airflowVersion: string;
  unsafeFixes: boolean;
  logLevel: string;
}

/** The part that the server reads, as `initializationOptions` and in answer to `workspace/configuration`. */
export interface ServerSettings {
  config: string | null;
  isolated: boolean;
  select: string[] | null;
  extendSelect: string[];
  ignore: string[];
  airflowVersion: string | null;
  unsafeFixes: boolean;
  logLevel: string;
}

/** What the names in a path stand for. */
export interface Places {
  folder: string | undefined;
  home: string;
  env: NodeJS.ProcessEnv;
}

/** `get` gives the value of a key below `dagdock`, undefined where there is none. What has the wrong type counts as
 * not set: a slip in settings.json must not stop the editor. */
export function readSettings(get: (key: string) => unknown, places: Places): Settings {
  const text = (key: string): string => {
    const value = get(key);
    return typeof value === 'string' ? value.trim() : '';
  };
  const names = (key: string): string[] | null => {
    const value = get(key);
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : null;
  };
  return {
    enable: get('enable') !== false,
    path: expand(text('path'), places),
    interpreter: expand(text('interpreter'), places),
    args: names('args') ?? [],
    config: absolute(expand(text('config'), places), places),
    isolated: get('isolated') === true,
    select: names('select'),
    extendSelect: names('extendSelect') ?? [],
    ignore: names('ignore') ?? [],
    airflowVersion: text('airflowVersion'),
    unsafeFixes: get('unsafeFixes') !== false,
    logLevel: text('logLevel') || 'warning',
  };
}

export function serverSettings(settings: Settings): ServerSettings {
  return {
    config: settings.config || null,
    isolated: settings.isolated,
    select: settings.select,
    extendSelect: settings.extendSelect,
    ignore: settings.ignore,
    airflowVersion: settings.airflowVersion || null,
    unsafeFixes: settings.unsafeFixes,
    logLevel: settings.logLevel,
  };
}

/** A path with `~`, `${workspaceFolder}`, `${userHome}` and `${env:NAME}` filled in. */
export function expand(text: string, { folder, home, env }: Places): string {
  const filled = text.replace(/\$\{(workspaceFolder|userHome|env:(\w+))\}/g, (whole, name: string, variable?: string) => {
    if (variable) return env[variable] ?? '';
    return (name === 'userHome' ? home : folder) ?? whole;
  });
  return /^~(?=$|[/\\])/.test(filled) ? home + filled.slice(1) : filled;
}

function absolute(file: string, { folder }: Places): string {
  return file && folder && !path.isAbsolute(file) ? path.join(folder, file) : file;
}
