/** A program run to its end. */

import { spawn } from 'node:child_process';

export interface Done {
  /** The exit status; null where it did not start or was stopped. */
  status: number | null;
  stdout: string;
  stderr: string;
}

export type Run = (command: string, args: string[]) => Promise<Done>;

/** Runs a program with nothing on its standard input. Never rejects: what went wrong is in `stderr`. */
export function run(command: string, args: string[], cwd: string, milliseconds = 15_000): Promise<Done> {
  return new Promise((resolve) => {
    const done: Done = { status: null, stdout: '', stderr: '' };
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const timer = setTimeout(() => {
      done.stderr += `${command} gave no answer within ${milliseconds / 1000} s`;
      child.kill();
    }, milliseconds);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (done.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (done.stderr += text));
    child.on('error', (problem) => {
      clearTimeout(timer);
      done.stderr += problem.message;
      resolve(done);
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ ...done, status });
    });
  });
}
