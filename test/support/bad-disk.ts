/** Which writes the disk refuses: from the first that matches, all to files of that name. */
export interface BadDisk {
  /** Of the file's path. */
  readonly file: RegExp;
  /** Of what is written; any unless told. */
  readonly from?: RegExp;
  readonly code?: 'ENOSPC' | 'EACCES' | 'EROFS' | 'EDQUOT';
}

/** Environment that makes the disk of a program refuse writes. */
export function onBadDisk({ file, from = /^/, code = 'ENOSPC' }: BadDisk): Readonly<Record<string, string>> {
  const script = `
    import { createRequire, syncBuiltinESMExports } from 'node:module';
    const fs = createRequire(process.cwd() + '/')('node:fs/promises');
    const { open } = fs;
    let isBad = false;
    fs.open = async (path, ...rest) => {
      const file = await open(path, ...rest);
      if (!${String(file)}.test(path)) return file;
      for (const name of ['write', 'writeFile']) {
        const write = file[name].bind(file);
        file[name] = async (data, ...more) => {
          isBad ||= ${String(from)}.test(String(data));
          if (isBad) throw Object.assign(new Error('${code}: no luck with this disk'), { code: '${code}' });
          return write(data, ...more);
        };
      }
      return file;
    };
    syncBuiltinESMExports();
  `;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}
