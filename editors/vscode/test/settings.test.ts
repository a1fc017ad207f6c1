import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expand, readSettings, serverSettings } from '../src/settings';

const PLACES = { folder: '/repo', home: '/home/me', env: { TOOLS: '/opt/tools' } };

function read(values: Record<string, unknown>) {
  return readSettings((key) => values[key], PLACES);
}

test('nothing set', () => {
  const settings = read({});
  assert.equal(settings.enable, true);
  assert.deepEqual(serverSettings(settings), {
    config: null,
    isolated: false,
    select: null,
    extendSelect: [],
    ignore: [],
    airflowVersion: null,
    unsafeFixes: true,
    logLevel: 'warning',
  });
});

test('everything set', () => {
  const settings = read({
    enable: false,
    path: ' ~/bin/dagdock ',
    interpreter: '${workspaceFolder}/.venv/bin/python',
    args: ['--verbose'],
    config: 'ci/dagdock.toml',
    isolated: true,
    select: ['DF'],
    extendSelect: ['DC'],
    ignore: ['DF102'],
    airflowVersion: '2.10',
    unsafeFixes: false,
    logLevel: 'debug',
  });
  assert.equal(settings.enable, false);
  assert.equal(settings.path, '/home/me/bin/dagdock');
  assert.equal(settings.interpreter, '/repo/.venv/bin/python');
  assert.deepEqual(settings.args, ['--verbose']);
  assert.deepEqual(serverSettings(settings), {
    config: '/repo/ci/dagdock.toml',
    isolated: true,
    select: ['DF'],
    extendSelect: ['DC'],
    ignore: ['DF102'],
    airflowVersion: '2.10',
    unsafeFixes: false,
    logLevel: 'debug',
  });
});

test('an empty list of rules is something else than none', () => {
  assert.deepEqual(read({ select: [] }).select, []);
  assert.equal(read({ select: null }).select, null);
});

test('what has the wrong type counts as not set', () => {
  const settings = read({ path: 3, args: 'x', select: 'DF', ignore: [1, 'DF102'], isolated: 'yes', enable: null });
  assert.deepEqual(settings, { ...read({}), ignore: ['DF102'] });
});

test('names in a path', () => {
  assert.equal(expand('${env:TOOLS}/dagdock', PLACES), '/opt/tools/dagdock');
  assert.equal(expand('${env:NOT_SET}/dagdock', PLACES), '/dagdock');
  assert.equal(expand('${userHome}/x', PLACES), '/home/me/x');
  assert.equal(expand('~', PLACES), '/home/me');
  assert.equal(expand('~other/x', PLACES), '~other/x');
  assert.equal(expand('${workspaceFolder}/x', { ...PLACES, folder: undefined }), '${workspaceFolder}/x');
  assert.equal(expand('/a/${else}', PLACES), '/a/${else}');
});
