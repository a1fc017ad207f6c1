import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notFound, notStarted } from '../src/trouble';

function tried(...origins: string[]) {
  return { tried: origins.map((origin) => ({ program: { command: '/x/dagdock', args: [], origin }, reason: 'ENOENT' })) };
}

test('a setting that leads nowhere is named', () => {
  const { message, steps } = notFound(tried('the setting dagdock.path'), true);
  assert.equal(message, 'dagdock: the setting dagdock.path names /x/dagdock, which cannot be used: ENOENT');
  assert.deepEqual(steps, ['Open Settings', 'Try Again']);
});

test('nothing found: where it looked, and what to run', () => {
  assert.match(notFound(tried(), true).message, /not on PATH\. Run: pip install 'dagdock\[lsp\]'$/);
  const { message, steps } = notFound(tried("the Python extension's interpreter", '.venv of the workspace', 'PATH'), true);
  assert.match(message, /not in the Python extension's interpreter, \.venv of the workspace or PATH\. Run/);
  assert.equal(steps[0], 'How to Install');
});

test('without trust it says what was left alone', () => {
  assert.match(notFound(tried(), false).message, /do not trust, its virtual environment is left alone/);
  assert.doesNotMatch(notFound(tried(), true).message, /trust/);
});

const PROGRAM = { command: '/d', args: [], origin: 'PATH' };
const SILENT = { status: 1, stdout: '', stderr: 'Traceback …\n' };

test('a server without its extra', () => {
  const stderr = 'dagdock: the language server needs pygls; install `dagdock[lsp]`\n';
  const { message, steps } = notStarted(PROGRAM, { status: 2, stdout: '', stderr }, new Error('closed'));
  assert.match(message, /from PATH.*pip install 'dagdock\[lsp\]' there/);
  assert.deepEqual(steps, ['How to Install', 'Try Again']);
});

test('a server that refuses is told in its last words, else in those of the client', () => {
  const usage = { ...SILENT, status: 2, stderr: 'usage: …\ndagdock: error: unrecognized arguments: --what\n' };
  assert.match(notStarted(PROGRAM, usage, new Error('closed')).message, /\(\/d\): dagdock: error: unrecognized .*--what$/);
  assert.match(notStarted(PROGRAM, SILENT, new Error('closed')).message, /does not start \(\/d\): closed$/);
  assert.match(notStarted(PROGRAM, SILENT, 'closed').message, /: closed$/);
});
