using CsBuild.Linux;

// Starts steps for the tests: their own process is the test runner's.
return SandboxInit.TryRun(args) ? 0 : await CsBuild.Linux.TestInit.Builder.RunAsync(args);
