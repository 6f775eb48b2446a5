namespace CsBuild.Oci.Model;

/// <summary>The <c>config</c> of an image config as JSON.</summary>
internal static class ContainerConfigJson
{
    public static ContainerConfig? Read(ref JsonInput input)
    {
        if (input.Object() is not { } members)
            return null;
        var argsEscaped = false;
        IReadOnlyList<string>? cmd = null, entrypoint = null, env = null, onBuild = null, shell = null;
        SortedDictionary<string, EmptyObject>? ports = null, volumes = null;
        SortedDictionary<string, string>? labels = null;
        Healthcheck? healthcheck = null;
        string? stopSignal = null, user = null, workingDir = null;
        while (members.Next(ref input) is { } name)
        {
            switch (name)
            {
                case "ArgsEscaped": argsEscaped = input.Boolean(); break;
                case "Cmd": cmd = input.Texts(); break;
                case "Entrypoint": entrypoint = input.Texts(); break;
                case "Env": env = input.Texts(); break;
                case "ExposedPorts": ports = input.Set(); break;
                case "Healthcheck": healthcheck = ReadHealthcheck(ref input); break;
                case "Labels": labels = input.Map(); break;
                case "OnBuild": onBuild = input.Texts(); break;
                case "Shell": shell = input.Texts(); break;
                case "StopSignal": stopSignal = input.Text(); break;
                case "User": user = input.Text(); break;
                case "Volumes": volumes = input.Set(); break;
                case "WorkingDir": workingDir = input.Text(); break;
                default: members.Keep(name, ref input); break;
            }
        }
        return new ContainerConfig
        {
            ArgsEscaped = argsEscaped,
            Cmd = cmd,
            Entrypoint = entrypoint,
            Env = env,
            ExposedPorts = ports,
            Healthcheck = healthcheck,
            Labels = labels,
            OnBuild = onBuild,
            Shell = shell,
            StopSignal = stopSignal,
            User = user,
            Volumes = volumes,
            WorkingDir = workingDir,
            Unknown = members.Unknown,
        };
    }

    /// <summary>What is empty is left out, as by Docker: an image that says nothing of a thing is one image, however it came to that.</summary>
    public static void Write(JsonOutput output, ContainerConfig config)
    {
        output.StartObject();
        output.True("ArgsEscaped", config.ArgsEscaped);
        output.Texts("Cmd", NotEmpty(config.Cmd));
        output.Texts("Entrypoint", NotEmpty(config.Entrypoint));
        output.Texts("Env", NotEmpty(config.Env));
        output.Set("ExposedPorts", NotEmpty(config.ExposedPorts));
        WriteHealthcheck(output, config.Healthcheck);
        output.Map("Labels", NotEmpty(config.Labels));
        output.Texts("OnBuild", NotEmpty(config.OnBuild));
        output.Texts("Shell", NotEmpty(config.Shell));
        output.Text("StopSignal", NotEmpty(config.StopSignal));
        output.Text("User", NotEmpty(config.User));
        output.Set("Volumes", NotEmpty(config.Volumes));
        output.Text("WorkingDir", NotEmpty(config.WorkingDir));
        output.Unknown(config.Unknown);
        output.EndObject();
    }

    private static string? NotEmpty(string? text) => text is "" ? null : text;

    private static IReadOnlyList<string>? NotEmpty(IReadOnlyList<string>? texts) => texts is { Count: 0 } ? null : texts;

    private static SortedDictionary<string, T>? NotEmpty<T>(SortedDictionary<string, T>? map) => map is { Count: 0 } ? null : map;

    private static Healthcheck? ReadHealthcheck(ref JsonInput input)
    {
        if (input.Object() is not { } members)
            return null;
        IReadOnlyList<string>? test = null;
        long interval = 0, timeout = 0, startPeriod = 0, startInterval = 0;
        var retries = 0;
        while (members.Next(ref input) is { } name)
        {
            switch (name)
            {
                case "Test": test = input.Texts(); break;
                case "Interval": interval = input.Number(); break;
                case "Timeout": timeout = input.Number(); break;
                case "StartPeriod": startPeriod = input.Number(); break;
                case "StartInterval": startInterval = input.Number(); break;
                case "Retries": retries = input.SmallNumber(); break;
                default: members.Keep(name, ref input); break;
            }
        }
        return new Healthcheck
        {
            Test = test,
            Interval = interval,
            Timeout = timeout,
            StartPeriod = startPeriod,
            StartInterval = startInterval,
            Retries = retries,
            Unknown = members.Unknown,
        };
    }

    private static void WriteHealthcheck(JsonOutput output, Healthcheck? check)
    {
        if (check is null)
            return;
        output.Name("Healthcheck");
        output.StartObject();
        output.Texts("Test", check.Test);
        output.NumberUnlessZero("Interval", check.Interval);
        output.NumberUnlessZero("Timeout", check.Timeout);
        output.NumberUnlessZero("StartPeriod", check.StartPeriod);
        output.NumberUnlessZero("StartInterval", check.StartInterval);
        output.NumberUnlessZero("Retries", check.Retries);
        output.Unknown(check.Unknown);
        output.EndObject();
    }
}
