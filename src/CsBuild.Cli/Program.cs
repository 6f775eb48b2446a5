using CsBuild.Cli.Commands;
using CsBuild.Cli.Outside;

using var interruption = new Interruption();
return await new Tool(Surroundings.OfProcess()).RunAsync(args, interruption.Token);
