/**
 * The configuration of an nginx that runs in the foreground and writes only below one folder.
 * @param {{ folder: string, port: number, main: string, http: string, server: string }} parts
 *   `main`, `http` and `server` are directives of these blocks, one a line
 * @returns {string}
 */
export function nginxConfiguration({ folder, port, main, http, server }) {
  return `daemon off;
pid ${folder}/pid;
${main}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ${http}
  server {
    listen 127.0.0.1:${port};
    ${server}
  }
}
`;
}
