/** The files of a zip archive, by name. */

import * as yauzl from 'yauzl';

export function fromFile(path: string): Promise<Map<string, Buffer>> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true }, (problem, archive) => {
      if (problem) return reject(problem);
      const files = new Map<string, Buffer>();
      archive.on('error', reject).on('end', () => resolve(files));
      archive.on('entry', (entry: yauzl.Entry) => {
        archive.openReadStream(entry, (trouble, stream) => {
          if (trouble) return reject(trouble);
          const parts: Buffer[] = [];
          stream.on('data', (part: Buffer) => parts.push(part));
          stream.on('end', () => {
            files.set(entry.fileName, Buffer.concat(parts));
            archive.readEntry();
          });
        });
      });
      archive.readEntry();
    });
  });
}
