import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../src/run';

const here = process.cwd();

test('status and words of a program', async () => {
  const script = 'process.stdout.write("é🐳"); process.stderr.write("no"); process.exitCode = 3';
  assert.deepEqual(await run(process.execPath, ['-e', script], here), { status: 3, stdout: 'é🐳', stderr: 'no' });
});

test('a program that is not there', async () => {
  const done = await run('/no/such/program', [], here);
  assert.equal(done.status, null);
  assert.match(done.stderr, /ENOENT/);
});

test('a program that waits is stopped', async () => {
  const done = await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], here, 300);
  assert.equal(done.status, null);
  assert.match(done.stderr, /gave no answer within 0\.3 s/);
});

test('standard input is at its end', async () => {
  const done = await run(process.execPath, ['-e', 'process.stdin.on("end", () => console.log("end")).resume()'], here);
  assert.equal(done.stdout, 'end\n');
});
