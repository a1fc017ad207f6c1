import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find, lastLine, programs, type Surroundings } from '../src/find';
import type { Done } from '../src/run';

const NONE = { path: '', interpreter: '' };

function around(files: string[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    trusted: true,
    folders: ['/repo'],
    activeInterpreter: undefined,
    env: { PATH: '/usr/local/bin:/usr/bin' },
    platform: 'linux',
    isFile: (file) => files.includes(file),
    ...more,
  };
}

function commands(settings: typeof NONE, surroundings: Surroundings): string[] {
  return programs(settings, surroundings).map(({ command }) => command);
}

test('what the user set is the only program asked', () => {
  const everything = around(['/usr/bin/dagdock', '/repo/.venv/bin/dagdock'], { activeInterpreter: '/py/bin/python' });
  assert.deepEqual(commands({ path: '/my/dagdock', interpreter: '/my/python' }, everything), ['/my/dagdock']);
  assert.deepEqual(commands({ path: '', interpreter: '/my/python' }, everything), ['/my/python']);
});

test('then the Python extension, the virtual environment, PATH', () => {
  const everything = around(['/usr/bin/dagdock', '/repo/.venv/bin/dagdock', '/repo/venv/bin/dagdock'], {
    activeInterpreter: '/py/bin/python',
  });
  assert.deepEqual(commands(NONE, everything), [
    '/py/bin/python',
    '/repo/.venv/bin/dagdock',
    '/repo/venv/bin/dagdock',
    '/usr/bin/dagdock',
  ]);
});

test('nothing of a workspace that is not trusted is run', () => {
  const untrusted = around(['/usr/bin/dagdock', '/repo/.venv/bin/dagdock'], {
    trusted: false,
    activeInterpreter: '/repo/.venv/bin/python',
  });
  assert.deepEqual(commands(NONE, untrusted), ['/usr/bin/dagdock']);
});

test('a relative or empty part of PATH is left out: it would mean the working folder', () => {
  const files = ['dagdock', './dagdock', 'bin/dagdock', '/usr/bin/dagdock'];
  assert.deepEqual(commands(NONE, around(files, { env: { PATH: ':.:bin:/usr/bin' } })), ['/usr/bin/dagdock']);
  assert.deepEqual(commands(NONE, around(files, { env: {} })), []);
});

test('Windows has other names', () => {
  const windows = around(['C:\\repo\\.venv\\Scripts\\dagdock.exe', 'C:\\tools\\dagdock.exe'], {
    platform: 'win32',
    folders: ['C:\\repo'],
    env: { Path: 'C:\\windows;C:\\tools' },
  });
  assert.deepEqual(commands(NONE, windows), ['C:\\repo\\.venv\\Scripts\\dagdock.exe', 'C:\\tools\\dagdock.exe']);
});

test('an interpreter is never told to look into the working folder', () => {
  const [program] = programs({ path: '', interpreter: '/my/python' }, around([]));
  assert.equal(program?.args[0], '-c');
  assert.match(program?.args[1] ?? '', /filter\(None, sys\.path\)/);
});

test('the first that tells its version is taken; the others say why not', async () => {
  const answers: Record<string, Done> = {
    '/a': { status: 1, stdout: '', stderr: "Traceback (most recent call last):\nNo module named 'dagdock'\n" },
    '/b': { status: 0, stdout: 'something else 3\n', stderr: '' },
    '/c': { status: 0, stdout: 'dagdock 1.2.3\n', stderr: '' },
    '/d': { status: 0, stdout: 'dagdock 9\n', stderr: '' },
  };
  const run = (command: string, args: string[]): Promise<Done> => {
    assert.equal(args.at(-1), '--version');
    return Promise.resolve(answers[command] ?? { status: null, stdout: '', stderr: 'ENOENT' });
  };
  const among = (names: string[]) => names.map((command) => ({ command, args: [], origin: `place ${command}` }));
  const found = await find(among(['/x', '/a', '/b', '/c', '/d']), run);
  assert.ok('version' in found);
  assert.deepEqual([found.command, found.version], ['/c', '1.2.3']);
  const missing = await find(among(['/x', '/a', '/b']), run);
  assert.ok('tried' in missing);
  assert.deepEqual(
    missing.tried.map(({ reason }) => reason),
    ['ENOENT', "No module named 'dagdock'", 'something else 3'],
  );
});

test('the last line tells what happened', () => {
  assert.equal(lastLine('Traceback\n  File x\nModuleNotFoundError: y\n\n'), 'ModuleNotFoundError: y');
  assert.equal(lastLine(''), '');
});
