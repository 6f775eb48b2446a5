using CsBuild.Linux.Files;
using CsBuild.Linux.Interop;
using CsBuild.Linux.Mounts;
using CsBuild.Sandboxing;

namespace CsBuild.Linux.Processes;

/// <summary>
/// A thread with namespaces of its own, for one step. It makes the mounts, starts the step, waits for it, and takes
/// back the mount points that it made. It must live as long as the step: the step is told to die with it. When it
/// ends, its mounts are gone, whatever happened.
/// </summary>
internal sealed class StepThread(StepPlan plan, (Fd Input, Fd Output, Fd Error) standard, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<StepEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StepEnd _result;
    private Exception? _problem;

    /// <summary>Runs the step. Its three descriptors are closed here as soon as the step has them.</summary>
    public Task<StepEnd> RunAsync()
    {
        new Thread(Watch, 1 << 17) { IsBackground = true, Name = "csbuild watch" }.Start();
        return _end.Task;
    }

    // A thread of the pool that is started from here is in the namespaces of this one, so the end is told by a thread
    // that never left: telling it may be what makes the pool grow.
    private void Watch()
    {
        var step = new Thread(Run, 1 << 20) { IsBackground = true, Name = "csbuild step" };
        step.Start();
        step.Join();
        if (_problem is null)
            _end.SetResult(_result);
        else
            _end.SetException(_problem);
    }

    private void Run()
    {
        try
        {
            _result = RunStep();
        }
        catch (Exception problem)
        {
            _problem = problem;
        }
        finally
        {
            Close();
        }
    }

    private void Close()
    {
        standard.Input.Dispose();
        standard.Output.Dispose();
        standard.Error.Dispose();
    }

    private StepEnd RunStep()
    {
        plan.Clock?.Mark("thread");
        Isolate(plan.Spec, plan.Network);
        using var stubs = new Stubs();
        using var root = MountRoot();
        var succeeded = false;
        try
        {
            var end = RunMounted(root, stubs);
            succeeded = end.IsSuccess;
            return end;
        }
        finally
        {
            TakeBack(root, stubs, succeeded);
        }
    }

    private StepEnd RunMounted(Fd root, Stubs stubs)
    {
        using var memory = new MemoryFiles(plan.Folder.Make(Path.GetRandomFileName()));
        var stage = new MountStage(plan.Store, plan.Folder, memory);
        var devices = plan.Folder.Make(Path.GetRandomFileName());
        var usual = new BaseMounts(root, stubs, stage);
        stage = stage with { Reserved = usual.Mount(devices, plan.Confinement.MasksPaths, plan.Spec.Limits.SharedMemory) };
        foreach (var mount in NetworkFiles.For(plan.Spec, plan.Names).Concat(plan.Mounts))
            mount.Attach(stage, root, stubs);
        usual.ReleasePlaceOfProcesses();
        // a working directory that the image lacks is the step's own: it stays
        RootPath.FindOrMake(root, plan.Spec.WorkingDirectory, directory: true).Dispose();
        plan.Clock?.Mark("mount");
        return RunProcess(root, Path.Combine(devices, Devices.NullName));
    }

    private void TakeBack(Fd root, Stubs stubs, bool succeeded)
    {
        try
        {
            Libc.Check(Libc.umount2(root.ProcPath, Libc.MNT_DETACH), "umount");
            stubs.Remove();
        }
        catch (LinuxException) when (!succeeded)
        {
            // Nobody uses what such a step has made, and the mounts end with this thread: how the step failed is what is told.
        }
        plan.Clock?.Mark("unmount");
    }

    private StepEnd RunProcess(Fd root, string nullDevice)
    {
        GiveOutputs(plan.Spec.User, standard.Output, standard.Error);
        cancellationToken.ThrowIfCancellationRequested();
        var groups = plan.Runtime is { EntersGroups: true } ? [] : plan.Group?.Doors ?? [];
        var message = plan.Runtime is { } runtime ? RuntimeStep.Prepare(plan, runtime, groups.Count) : InitMessage.Write(plan.Spec, plan.Confinement, groups.Count, nullDevice);
        var (alive, held) = Libc.Pipe();
        using (alive)
        using (held)
        using (var process = StepProcess.Start(new StepStart(plan.Programs.Init, message, plan.Programs.Reaper, root, standard, alive, groups) { IsRuntime = plan.Runtime is not null }))
        {
            Close();
            // here a timer could start a thread, which would be in the step's namespaces
            var here = Environment.CurrentManagedThreadId;
            using var registration = cancellationToken.UnsafeRegister(
                _ => process.Stop(Environment.CurrentManagedThreadId == here ? TimeSpan.Zero : plan.Patience), null);
            using var kill = plan.Kill.UnsafeRegister(static state => ((StepProcess)state!).Stop(TimeSpan.Zero), process);
            var (end, wasTold) = process.Wait(plan.Clock);
            return plan.Runtime is null || wasTold ? end : end with { RuntimeProblem = RuntimeStep.Problem(plan) };
        }
    }

    /// <summary>Whoever the step runs as may open /dev/stdout and /dev/stderr again.</summary>
    public static unsafe void GiveOutputs(SandboxUser user, params ReadOnlySpan<Fd> pipes)
    {
        byte nothing = 0;
        foreach (var pipe in pipes)
            Libc.Check(Libc.fchownat(pipe.Value, &nothing, user.Uid, user.Gid, Libc.AT_EMPTY_PATH), "chown");
    }

    private static unsafe void Isolate(SandboxSpec spec, Fd? network)
    {
        const int always = Libc.CLONE_NEWNS | Libc.CLONE_NEWIPC | Libc.CLONE_NEWUTS;
        Libc.Check(Libc.unshare(always | (spec.Network == SandboxNetwork.None ? Libc.CLONE_NEWNET : 0)), "unshare");
        if (network is not null)
            Libc.Check(Libc.setns(network.Value, Libc.CLONE_NEWNET), "setns", "network");
        Libc.Check(Libc.mount(null, "/", null, Libc.MS_REC | Libc.MS_PRIVATE, null), "mount", "/");
        _ = Libc.umask(0); // modes here are exact; the mask is this thread's own since it left the others' file system view
        var name = Libc.Name(spec.Hostname);
        fixed (byte* pointer = name)
        {
            Libc.Check(Libc.sethostname(pointer, (nuint)name.Length - 1), "sethostname", spec.Hostname);
            Libc.Check(Libc.setdomainname(pointer, 0), "setdomainname");
        }
        if (spec.Network == SandboxNetwork.None)
            Loopback.BringUp();
    }

    private Fd MountRoot()
    {
        Directory.CreateDirectory(plan.RootPlace);
        var place = plan.RootPlace;
        if (plan.Tree is { } tree)
            return AttachRoot(OpenTree(tree), place);
        TreeRemoval.Remove(Path.Combine(plan.Folder.Path, "work"));
        return AttachRoot(Overlay.Mount(plan.Layers, plan.Store.Empty, plan.Folder.Make("upper"), plan.Folder.Make("work"), RootAttributes()), place);
    }

    private MountAttributes RootAttributes() => plan.Confinement.MasksPaths ? MountAttributes.NoDevices : MountAttributes.None;

    private Fd OpenTree(string path)
    {
        using var directory = Libc.Open(path, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
        var tree = Libc.OpenTree(directory.Value, "");
        Libc.SetAttributes(tree, RootAttributes());
        return tree;
    }

    private static Fd AttachRoot(Fd mount, string place)
    {
        using (mount)
        using (var target = Libc.Open(place, Libc.O_PATH | Libc.O_DIRECTORY))
        {
            Libc.MoveMount(mount, target, place);
            return Libc.Open(mount.Value, [(byte)'.', 0], Libc.O_RDONLY | Libc.O_DIRECTORY);
        }
    }
}
