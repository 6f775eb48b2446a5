namespace CsBuild.Cli.Outside;

/// <summary>How the tool ends. Scripts depend on these numbers; --help and README.md list them.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int StepFailed = 1;
    public const int CheckFailed = StepFailed;
    public const int Usage = 2;
    public const int Dockerfile = 3;
    public const int Source = 4;
    public const int Output = 5;
    public const int Sandbox = 6;
    public const int Store = 7;
    public const int NotReproducible = 8;
    public const int Unexpected = 70;
    public const int Interrupted = 130;

    /// <summary>For --help, one line each.</summary>
    public static readonly IReadOnlyList<(int Code, string Meaning)> All =
    [
        (Success, "done"),
        (StepFailed, "a step of the build failed, or a check found something"),
        (Usage, "the command line or the request is wrong"),
        (Dockerfile, "the Dockerfile is wrong"),
        (Source, "a registry or another source failed"),
        (Output, "an output could not be written or pushed"),
        (Sandbox, "this machine cannot run steps"),
        (Store, "the store is damaged, full or not usable"),
        (NotReproducible, "two builds made two images (--verify-reproducible)"),
        (Unexpected, "a defect of csbuild itself"),
        (Interrupted, "interrupted"),
    ];

    public static int Of(BuildFailure failure) => failure switch
    {
        BuildFailure.Request => Usage,
        BuildFailure.Dockerfile => Dockerfile,
        BuildFailure.Step => StepFailed,
        BuildFailure.Source => Source,
        BuildFailure.Output => Output,
        BuildFailure.Sandbox => Sandbox,
        BuildFailure.Store => Store,
        BuildFailure.NotReproducible => NotReproducible,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
