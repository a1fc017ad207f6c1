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

test('a server without its extra', () => {
  const stderr = "dagdock: the language server needs pygls: pip install 'dagdock[lsp]'\n";
  const { message, steps } = notStarted('PATH', '/usr/bin/dagdock', { status: 2, stdout: '', stderr });
  assert.match(message, /from PATH.*pip install 'dagdock\[lsp\]' there/);
  assert.deepEqual(steps, ['How to Install', 'Try Again']);
});

test('another failure is told in its last words', () => {
  const done = { status: 2, stdout: '', stderr: 'usage: …\ndagdock: error: unrecognized arguments: --what\n' };
  assert.match(notStarted('PATH', '/d', done).message, /\(\/d\): dagdock: error: unrecognized arguments: --what$/);
  assert.match(notStarted('PATH', '/d', { ...done, status: 0 }).message, /does not start \(\/d\)$/);
});
