/**
 * How texts of the program point at its documents. Who runs it has no repository: a file of it cannot be opened. One form is
 * for terminals and logs, the other for pages. The names are literals: a test looks for each of them in the program.
 */

/** The commands that print what the program contains. */
export const EXAMPLE_CONFIG_COMMAND = "peer-exporter example-config";

/**
 * For terminals and logs: the command that prints a document.
 * @param name without `.md`, like `security` or `runbooks/P2PNodeDown`
 */
export function documentCommand(name: string): string {
  return `peer-exporter docs ${name}`;
}

/** The path of the list of all documents on the server, below the prefix of its links. */
export const DOCUMENTS_PATH = "/docs";

/**
 * For pages: where the server has a document.
 * @param linkPrefix what the paths of links begin with
 * @param name as for documentCommand
 * @param anchor of a heading
 */
export function documentUrl(linkPrefix: string, name: string, anchor?: string): string {
  return `${linkPrefix}${DOCUMENTS_PATH}/${name}${anchor === undefined ? "" : `#${anchor}`}`;
}
