namespace CsBuild.Linux.Files;

/// <summary>
/// Runs what goes down a tree by calling itself. A path can have two thousand directories, and a step may make all of
/// them: that is more than the stack of another thread may hold, and a stack that is full ends the whole program.
/// </summary>
internal static class DeepWalk
{
    private const int StackSize = 32 << 20;

    /// <summary>Runs it on a thread of its own.</summary>
    public static Task RunAsync(Action walk)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(walk, end), StackSize) { IsBackground = true, Name = "csbuild walk" }.Start();
        return end.Task;
    }

    private static void Run(Action walk, TaskCompletionSource end)
    {
        try
        {
            walk();
            end.SetResult();
        }
        catch (OperationCanceledException stopped)
        {
            end.SetCanceled(stopped.CancellationToken);
        }
        catch (Exception problem)
        {
            end.SetException(problem);
        }
    }
}
