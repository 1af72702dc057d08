// `npm publish` of the folder ends here: what is published is the tarball that `npm run package` made, by the release workflow.
process.stderr.write(
  "This folder is not published. A release is published from its tag by .github/workflows/release.yml, which builds the\n" +
    "tarball twice and compares both; docs/releasing.md explains it. To make the tarball: npm run package -- --only=npm\n",
);
process.exitCode = 1;
