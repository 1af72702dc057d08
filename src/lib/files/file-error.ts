/** Why a file was not read, where the system itself has no code for it. */
export class FileError extends Error {
  /** In words that go on after the name of the file: `it is a FIFO, expected a regular file`. */
  readonly finding: string;

  constructor(finding: string) {
    super(finding);
    this.name = "FileError";
    this.finding = finding;
  }
}
