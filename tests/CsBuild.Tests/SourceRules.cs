namespace CsBuild.Tests;

/// <summary>
/// Which tests prove which rule of COPY, ADD and contexts. <c>Class.Method</c> is a test in any of the test projects,
/// <c>case:NAME</c> a Dockerfile that is compared with what Docker makes of it.
/// </summary>
internal static class SourceRules
{
    public static readonly IReadOnlyDictionary<string, string[]> Proofs = new SortedDictionary<string, string[]>(StringComparer.Ordinal)
    {
        // Sources are rooted where they come from; no dots and no links lead out.
        ["C1"] = ["case:copy-escapes", "case:copy-dotted-sources", "case:copy-trailing-slashes", "case:copy-symlink-out-of-context"],
        // Wildcards, name by name.
        ["C2"] = ["case:copy-wildcards", "case:copy-wildcard-brackets", "case:copy-wildcard-question-and-escape", "case:copy-wildcard-directory-middle", "case:copy-wildcard-directories"],
        // A wildcard may match nothing, a name may not.
        ["C3"] = ["case:copy-wildcard-nothing", "case:copy-wildcard-optional-beside-literal", "case:copy-from-image-missing-with-wildcard", "case:copy-missing", "CopyPlanTests.A_missing_source_gets_a_hint"],
        // Of a directory the contents are copied.
        ["C4"] = ["case:copy-directory", "case:copy-wildcard-directories", "case:copy-empty-directory", "case:copy-whole-context"],
        // Links that are named are followed, links that are met are copied.
        ["C5"] = ["case:copy-symlinks", "case:copy-wildcard-symlinks", "case:copy-through-linked-directory", "case:copy-wildcard-through-symlink", "case:copy-from-symlinks"],
        // Owners, modes, attributes, times, hard links.
        ["C6"] = ["case:copy-from-chown-names", "case:copy-special-modes-and-times", "case:copy-hardlinks", "case:copy-hardlinks-across-sources", "case:copy-from-stage-hardlinks", "case:copy-fifo", "case:copy-xattrs", "CopyPlanTests.Owners_and_modes_are_those_of_docker"],
        // New directories and those that are there.
        ["C7"] = ["case:copy-modes-top", "case:copy-merge-nested-mode", "case:copy-from-root-mode", "case:copy-chmod-existing-parents", "case:copy-chmod-directory"],
        // Things of another kind in the way.
        ["C8"] =
        [
            "case:copy-file-over-directory", "case:copy-dir-over-file", "case:copy-file-over-nested-directory", "case:copy-directory-over-nested-file", "case:copy-symlink-over-directory",
            "case:copy-directory-over-nested-symlink", "case:copy-file-over-nested-symlink", "case:copy-onto-symlink", "case:copy-onto-symlink-chain", "case:copy-onto-dangling-symlink",
            "case:copy-onto-symlink-with-link", "case:copy-onto-symlink-loop", "case:copy-onto-symlink-up", "case:copy-directory-onto-symlink-to-file", "CopyPlanTests.What_cannot_be_copied_is_said",
        ],
        // Where a destination is.
        ["C9"] = ["case:copy-to-workdir-forms", "case:copy-destination-dotted", "case:copy-file-onto-existing-directory", "case:add-url-to-name", "case:add-url-workdir"],
        // Several sources need a directory.
        ["C10"] = ["case:decided-several-sources-to-a-file", "CopyPlanTests.Several_files_do_not_overwrite_one_another", "CopyBuildTests.Several_files_into_one_file_are_refused_with_a_hint"],
        // COPY takes no URL and no repository.
        ["C11"] = ["case:error-copy-url", "case:copy-git-ref", "AddUrlTests.What_makes_no_sense_is_refused"],
        // USER does not count.
        ["C12"] = ["case:copy-user-does-not-matter"],

        // What a context may be.
        ["X1"] =
        [
            "RemoteContextTests.A_repository_is_a_context_with_its_own_Dockerfile_and_no_ignore_file", "RemoteContextTests.A_tar_at_a_URL_is_a_context_and_a_text_is_a_Dockerfile", "RemoteContextTests.A_context_may_be_a_repository_or_a_URL",
            "BuildPlanTests.A_text_on_stdin_is_a_Dockerfile_without_context", "TarContextTests.A_tar_is_a_context_with_its_owners_and_without_ignore_rules", "case:context-git", "case:context-git-subdir", "case:context-url-tar", "case:context-url-dockerfile",
        ],
        // Which ignore file counts.
        ["X2"] = ["BuildFilesTests.The_own_ignore_file_replaces_the_common_one", "RemoteContextTests.The_file_beside_an_unnamed_Dockerfile_replaces_the_one_of_the_context_and_a_named_one_both", "ContextCommandTests.The_file_beside_the_Dockerfile_goes_before_and_one_that_is_named_before_that", "case:ignore-for-dockerfile"],
        // None for what comes from elsewhere.
        ["X3"] = ["RemoteContextTests.A_tar_at_a_URL_is_a_context_and_a_text_is_a_Dockerfile", "RemoteContextTests.Named_contexts_may_be_repositories_and_URLs", "case:context-git", "case:context-url-tar"],
        // Lines.
        ["X4"] = ["IgnoreFileTests.A_line_matches_as_in_docker", "IgnoreFileTests.A_malformed_pattern_is_an_error", "case:ignore-rules", "case:ignore-case-and-spaces", "case:ignore-bad-pattern", "case:ignore-parents-and-dots"],
        // Matches.
        ["X5"] =
        [
            "IgnoreFileTests.The_last_line_that_matches_decides", "IgnoreFileTests.An_ignored_directory_is_walked_only_where_a_later_line_could_include", "DirectoryContextTests.Ignored_directories_are_not_even_opened",
            "DirectoryContextTests.An_ignored_directory_shows_what_is_included_again_and_only_that", "case:ignore-negations", "case:ignore-everything-but", "case:ignore-double-star", "case:ignore-directory-back", "case:ignore-file-back-in-ignored-directory", "case:ignore-classes",
        ],
        // The Dockerfile can be used though it is ignored.
        ["X6"] = ["case:ignore-dockerfile-itself"],
        // Only what is asked for is read; everything is root's.
        ["X7"] = ["DirectoryContextTests.An_unchanged_file_is_not_read_again", "DirectoryContextTests.Ignored_directories_are_not_even_opened", "case:copy-ignored"],
        // Named contexts.
        ["X8"] = ["BuildPlanTests.Named_contexts_are_directories_images_and_layouts", "RemoteContextTests.A_named_context_may_be_remote", "RemoteContextTests.Named_contexts_may_be_repositories_and_URLs", "case:copy-named-context", "case:copy-named-context-over-stage", "case:copy-from-git-context"],

        // Nothing is an option that was not meant as one.
        ["S35"] = ["GitSourceTests.What_a_program_could_read_as_an_option_is_refused_before_it_starts", "GitSafetyTests.A_default_branch_that_a_server_makes_up_is_no_option", "GitSourceTests.Everything_else_is_none"],
        // No program is run that somebody else put there.
        ["S36"] = ["GitSafetyTests.Nothing_of_the_repository_the_machine_or_the_environment_is_run", "GitSafetyTests.Programs_are_taken_only_from_places_that_nobody_else_can_change", "GitSafetyTests.Submodules_with_paths_that_lead_away_are_refused", "GitSourceTests.URLs_of_submodules_lead_to_no_other_kind_of_place"],
        // Credentials go to their origin and into nothing else.
        ["S37"] =
        [
            "GitSafetyTests.A_token_reaches_its_origin_and_no_argument_event_or_file", "GitSafetyTests.A_password_in_the_URL_is_used_and_shown_nowhere", "GitSafetyTests.A_submodule_elsewhere_and_a_redirect_elsewhere_get_no_token",
            "GitSafetyTests.No_token_goes_over_an_open_line", "GitSafetyTests.An_unknown_ssh_host_is_refused_and_only_the_agent_has_keys",
        ],
        // Downloads.
        ["S38"] =
        [
            "GitSourceTests.A_file_is_called_what_the_path_of_its_URL_ends_in", "GitSourceTests.A_URL_with_control_characters_or_without_host_is_refused", "AddUrlTests.Bytes_that_do_not_have_the_checksum_are_nowhere",
            "AddUrlTests.A_server_that_sends_the_tag_of_before_with_other_bytes_is_not_believed", "RemoteContextTests.A_redirect_leads_to_no_worse_a_place", "RemoteContextTests.Redirects_end_and_a_body_is_as_long_as_was_said", "RemoteContextTests.No_Dockerfile_leads_to_the_metadata_of_a_cloud",
        ],
        // Walks of contexts.
        ["S39"] =
        [
            "AddGitTests.A_directory_of_a_repository_is_a_real_one_all_the_way", "RemoteContextTests.A_Dockerfile_that_is_a_link_is_followed_inside_of_the_repository_only", "RemoteContextTests.A_Dockerfile_in_a_tar_that_is_a_link_stays_in_the_tar",
            "DirectoryContextTests.A_component_that_becomes_a_link_leads_nowhere", "DirectoryContextTests.A_file_that_becomes_a_pipe_or_changes_is_an_error_and_no_wait", "CopyWriterTests.R29_a_file_that_changes_while_it_is_read_is_an_error_that_names_it", "case:ignore-directory-back",
        ],
    };
}
