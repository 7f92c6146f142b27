// Makes a fresh clone ready: `node scripts/setup.mjs [--for demo|test] [--quiet]`. Plain Node without any package, since
// it is what installs them. This file only looks at the version of Node, in words that an old one understands, too.
const oldestNode = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  console.error(
    `Node ${oldestNode.join('.')} or newer is needed, and this is ${process.versions.node}: install a newer one from nodejs.org or your system's packages.`,
  );
  process.exitCode = 2;
} else {
  import('./local/setup/set-up.mjs').then(({ runSetUp }) => runSetUp());
}
