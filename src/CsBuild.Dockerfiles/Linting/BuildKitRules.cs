namespace CsBuild.Dockerfiles.Linting;

/// <summary>The rules that BuildKit has: its names, descriptions and pages.</summary>
public static class BuildKitRules
{
    private const string Pages = "https://docs.docker.com/go/dockerfile/rule/";

    /// <summary>A stage's name has upper case letters.</summary>
    public static readonly LintRule StageNameCasing = new("StageNameCasing", "Stage names should be lowercase")
    {
        Url = Pages + "stage-name-casing/",
        IsFixable = true,
    };

    /// <summary>FROM and AS are not written in the same case.</summary>
    public static readonly LintRule FromAsCasing = new("FromAsCasing", "The 'as' keyword should match the case of the 'from' keyword")
    {
        Url = Pages + "from-as-casing/",
        IsFixable = true,
    };

    /// <summary>A blank line stands inside an instruction.</summary>
    public static readonly LintRule NoEmptyContinuation = new("NoEmptyContinuation", "Empty continuation lines will become errors in a future release")
    {
        Url = Pages + "no-empty-continuation/",
        IsFixable = true,
    };

    /// <summary>An instruction's word is not in the case of the others.</summary>
    public static readonly LintRule ConsistentInstructionCasing = new("ConsistentInstructionCasing", "All commands within the Dockerfile should use the same casing (either upper or lower)")
    {
        Url = Pages + "consistent-instruction-casing/",
        IsFixable = true,
    };

    /// <summary>Two stages have one name.</summary>
    public static readonly LintRule DuplicateStageName = new("DuplicateStageName", "Stage names should be unique")
    {
        Url = Pages + "duplicate-stage-name/",
        Hadolint = ["DL3024"],
    };

    /// <summary>A stage has a name that means something else.</summary>
    public static readonly LintRule ReservedStageName = new("ReservedStageName", "Reserved words should not be used as stage names")
    {
        Url = Pages + "reserved-stage-name/",
    };

    /// <summary>A shell stands between a signal and the program.</summary>
    public static readonly LintRule JSONArgsRecommended = new("JSONArgsRecommended", "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals")
    {
        Url = Pages + "json-args-recommended/",
        Hadolint = ["DL3025"],
    };

    /// <summary>MAINTAINER is used.</summary>
    public static readonly LintRule MaintainerDeprecated = new("MaintainerDeprecated", "The MAINTAINER instruction is deprecated, use a label instead to define an image author")
    {
        Url = Pages + "maintainer-deprecated/",
        Hadolint = ["DL4000"],
    };

    /// <summary>FROM uses a variable that nothing declares.</summary>
    public static readonly LintRule UndefinedArgInFrom = new("UndefinedArgInFrom", "FROM command must use declared ARGs")
    {
        Url = Pages + "undefined-arg-in-from/",
    };

    /// <summary>The first WORKDIR of a file depends on the base image's.</summary>
    public static readonly LintRule WorkdirRelativePath = new("WorkdirRelativePath", "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes")
    {
        Url = Pages + "workdir-relative-path/",
        Hadolint = ["DL3000"],
    };

    /// <summary>A variable is used that has no value.</summary>
    public static readonly LintRule UndefinedVar = new("UndefinedVar", "Variables should be defined before their use")
    {
        Url = Pages + "undefined-var/",
    };

    /// <summary>An instruction is written twice of which only the last one counts.</summary>
    public static readonly LintRule MultipleInstructionsDisallowed = new("MultipleInstructionsDisallowed", "Multiple instructions of the same type should not be used in the same stage")
    {
        Url = Pages + "multiple-instructions-disallowed/",
        Hadolint = ["DL3012", "DL4003", "DL4004"],
    };

    /// <summary>The old form without an equals sign.</summary>
    public static readonly LintRule LegacyKeyValueFormat = new("LegacyKeyValueFormat", "Legacy key/value format with whitespace separator should not be used")
    {
        Url = Pages + "legacy-key-value-format/",
        IsFixable = true,
    };

    /// <summary>The base image is for another platform.</summary>
    public static readonly LintRule InvalidBaseImagePlatform = new("InvalidBaseImagePlatform", "Base image platform does not match expected target platform");

    /// <summary>What is the default is asked for.</summary>
    public static readonly LintRule RedundantTargetPlatform = new("RedundantTargetPlatform", "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior")
    {
        Url = Pages + "redundant-target-platform/",
        IsFixable = true,
    };

    /// <summary>A name sounds like a secret's.</summary>
    public static readonly LintRule SecretsUsedInArgOrEnv = new("SecretsUsedInArgOrEnv", "Sensitive data should not be used in the ARG or ENV commands")
    {
        Url = Pages + "secrets-used-in-arg-or-env/",
        Hadolint = ["DL3064"],
    };

    /// <summary>Without arguments FROM has no valid image.</summary>
    public static readonly LintRule InvalidDefaultArgInFrom = new("InvalidDefaultArgInFrom", "Default value for global ARG results in an empty or invalid base image name")
    {
        Url = Pages + "invalid-default-arg-in-from/",
    };

    /// <summary>A stage is for one platform only.</summary>
    public static readonly LintRule FromPlatformFlagConstDisallowed = new("FromPlatformFlagConstDisallowed", "FROM --platform flag should not use a constant value")
    {
        Url = Pages + "from-platform-flag-const-disallowed/",
        Hadolint = ["DL3029"],
    };

    /// <summary>What is copied is not in the context.</summary>
    public static readonly LintRule CopyIgnoredFile = new("CopyIgnoredFile", "Attempting to Copy file that is excluded by .dockerignore")
    {
        Url = Pages + "copy-ignored-file/",
    };

    /// <summary>A comment above a stage or an argument does not describe it.</summary>
    public static readonly LintRule InvalidDefinitionDescription = new("InvalidDefinitionDescription", "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.")
    {
        Url = Pages + "invalid-definition-description/",
        IsExperimental = true,
    };

    /// <summary>A port's protocol has upper case letters.</summary>
    public static readonly LintRule ExposeProtoCasing = new("ExposeProtoCasing", "Protocol in EXPOSE instruction should be lowercase")
    {
        Url = Pages + "expose-proto-casing/",
        IsFixable = true,
    };

    /// <summary>EXPOSE says more than it can.</summary>
    public static readonly LintRule ExposeInvalidFormat = new("ExposeInvalidFormat", "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release")
    {
        Url = Pages + "expose-invalid-format/",
        IsFixable = true,
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<LintRule> All { get; } =
    [
        StageNameCasing, FromAsCasing, NoEmptyContinuation, ConsistentInstructionCasing, DuplicateStageName, ReservedStageName,
        JSONArgsRecommended, MaintainerDeprecated, UndefinedArgInFrom, WorkdirRelativePath, UndefinedVar,
        MultipleInstructionsDisallowed, LegacyKeyValueFormat, InvalidBaseImagePlatform, RedundantTargetPlatform,
        SecretsUsedInArgOrEnv, InvalidDefaultArgInFrom, FromPlatformFlagConstDisallowed, CopyIgnoredFile,
        InvalidDefinitionDescription, ExposeProtoCasing, ExposeInvalidFormat,
    ];
}
