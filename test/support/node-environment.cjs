// Jest's Node environment, and one thing more: a test process ends when Jest itself is killed. Without this it would
// carry on with its test file, and with everything the file has started.
const { TestEnvironment } = require('jest-environment-node');

if (process.send) process.once('disconnect', () => process.exit(1));

module.exports = class extends TestEnvironment {};
