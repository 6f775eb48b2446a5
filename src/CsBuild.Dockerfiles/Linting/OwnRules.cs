using CsBuild.Dockerfiles.Diagnostics;

namespace CsBuild.Dockerfiles.Linting;

/// <summary>The rules that BuildKit does not have: what good images do. Each page says why, and how hadolint calls it.</summary>
public static class OwnRules
{
    internal static readonly LintRule LastUserIsRoot = new("CS-LastUserIsRoot", "The last USER of an image should not be root") { Hadolint = ["DL3002"] };
    internal static readonly LintRule CdInRun = new("CS-CdInRun", "WORKDIR should be used to change the directory") { Hadolint = ["DL3003"], Severity = Severity.Info };
    internal static readonly LintRule Sudo = new("CS-Sudo", "RUN should not use sudo") { Hadolint = ["DL3004"] };
    internal static readonly LintRule UntaggedBase = new("CS-UntaggedBase", "The version of a base image should be given") { Hadolint = ["DL3006"] };
    internal static readonly LintRule LatestTag = new("CS-LatestTag", "The tag latest means another image every day") { Hadolint = ["DL3007"] };
    internal static readonly LintRule UnpinnedPackages = new("CS-UnpinnedPackages", "The versions of packages should be given") { Hadolint = ["DL3008", "DL3018", "DL3033", "DL3037", "DL3041"], IsOptIn = true };
    internal static readonly LintRule PackageListsKept = new("CS-PackageListsKept", "Package lists and caches should not stay in the image") { Hadolint = ["DL3009", "DL3032", "DL3036", "DL3040"], Severity = Severity.Info };
    internal static readonly LintRule InstallNeedsYes = new("CS-InstallNeedsYes", "Package managers should not ask questions in a build") { Hadolint = ["DL3014", "DL3030", "DL3034", "DL3038"] };
    internal static readonly LintRule AptRecommends = new("CS-AptRecommends", "apt-get should not install what is only recommended") { Hadolint = ["DL3015"], Severity = Severity.Info };
    internal static readonly LintRule ApkNoCache = new("CS-ApkNoCache", "apk should leave no index behind") { Hadolint = ["DL3019"], Severity = Severity.Info };
    internal static readonly LintRule AddForFiles = new("CS-AddForFiles", "COPY should be used for files and directories of the context") { Hadolint = ["DL3020"], IsFixable = true };
    internal static readonly LintRule CopyManyNeedsSlash = new("CS-CopyManyNeedsSlash", "The destination of several sources must end with a slash") { Hadolint = ["DL3021"], Severity = Severity.Error, IsFixable = true };
    internal static readonly LintRule CopyFromUnknownStage = new("CS-CopyFromUnknownStage", "COPY --from should name a stage, or an image in full") { Hadolint = ["DL3022"] };
    internal static readonly LintRule UntrustedRegistry = new("CS-UntrustedRegistry", "Base images should come from registries that the project trusts") { Hadolint = ["DL3026"], Severity = Severity.Error };
    internal static readonly LintRule AptForPeople = new("CS-AptForPeople", "Scripts should use apt-get: apt is for people") { Hadolint = ["DL3027"] };
    internal static readonly LintRule PipCache = new("CS-PipCache", "pip should leave no cache behind") { Hadolint = ["DL3042"], Severity = Severity.Info };
    internal static readonly LintRule EnvSelfReference = new("CS-EnvSelfReference", "ENV cannot use what the same instruction sets") { Hadolint = ["DL3044"], Severity = Severity.Error };
    internal static readonly LintRule CopyWithoutWorkdir = new("CS-CopyWithoutWorkdir", "A relative destination needs a WORKDIR") { Hadolint = ["DL3045"] };
    internal static readonly LintRule HighUid = new("CS-HighUid", "useradd with a high number needs -l, or makes a huge file") { Hadolint = ["DL3046"] };
    internal static readonly LintRule LabelKey = new("CS-LabelKey", "Keys of labels should be lower case letters, digits, dots and dashes") { Hadolint = ["DL3048"], Severity = Severity.Info };
    internal static readonly LintRule LabelForm = new("CS-LabelForm", "Labels should have the form that the project wants") { Hadolint = ["DL3049", "DL3050", "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"] };
    internal static readonly LintRule HealthcheckMissing = new("CS-HealthcheckMissing", "An image should say how its health is checked") { Hadolint = ["DL3057"], IsOptIn = true };
    internal static readonly LintRule ConsecutiveRun = new("CS-ConsecutiveRun", "RUN instructions in a row make a layer each") { Hadolint = ["DL3059"], Severity = Severity.Info };
    internal static readonly LintRule UserByName = new("CS-UserByName", "USER should be a number") { Hadolint = ["DL3066"], IsOptIn = true };
    internal static readonly LintRule CopyWholeStage = new("CS-CopyWholeStage", "A whole stage is copied") { Hadolint = ["DL3067"] };
    internal static readonly LintRule WgetAndCurl = new("CS-WgetAndCurl", "One of wget and curl is enough") { Hadolint = ["DL4001"], Severity = Severity.Info };
    internal static readonly LintRule PipeFail = new("CS-PipeFail", "A pipe hides failures unless pipefail is set") { Hadolint = ["DL4006"] };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<LintRule> All { get; } =
    [
        LastUserIsRoot, CdInRun, Sudo, UntaggedBase, LatestTag, UnpinnedPackages, PackageListsKept, InstallNeedsYes, AptRecommends,
        ApkNoCache, AddForFiles, CopyManyNeedsSlash, CopyFromUnknownStage, UntrustedRegistry, AptForPeople, PipCache, EnvSelfReference,
        CopyWithoutWorkdir, HighUid, LabelKey, LabelForm, HealthcheckMissing, ConsecutiveRun, UserByName, CopyWholeStage, WgetAndCurl, PipeFail,
    ];
}
