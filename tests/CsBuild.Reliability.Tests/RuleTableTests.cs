using System.Text.RegularExpressions;

namespace CsBuild.Reliability.Tests;

/// <summary>
/// Which test proves which row: R1 to R11 of crashes, durability and the store, S43 of verification, S47 of secrets, S48 of
/// poisoned caches and outputs. The rows of what is in a key have a table of their own, in KeyTableTests. The names are looked
/// for in the sources of all tests, so that a test that is renamed or removed is missed here.
/// </summary>
public sealed partial class RuleTableTests
{
    public static TheoryData<string, string, string> Rows => new()
    {
        { "R1", "kill -9 at system calls", nameof(KillTests.R1_killed_at_a_system_call_a_build_loses_nothing_and_the_next_one_is_right) },
        { "R1", "kill -9 at any time", nameof(KillTests.R1_killed_at_any_time_a_build_loses_nothing_and_the_next_one_is_right) },
        { "R1", "checkouts that are left go", "A_scratch_directory_is_there_as_long_as_its_owner" },
        { "R1", "half-written caches go", "Outside_a_store_too_what_killed_programs_left_goes_and_what_is_in_use_stays" },
        { "R1", "what is left goes", "What_a_killed_program_left_goes_with_the_next_lease_and_nothing_else_does" },
        { "R2", "power cut", nameof(PowerTests.R2_after_a_power_cut_a_tag_is_old_or_new_and_what_succeeded_is_there) },
        { "R3", "order of flushes and names", nameof(OrderTests.R3_nothing_has_a_name_before_its_bytes_are_on_disk_and_success_comes_after_the_name_is) },
        { "R3", "no flush without a change", nameof(OrderTests.R3_a_build_that_changes_nothing_flushes_nothing) },
        { "R4", "full disk", nameof(FaultTests.R4_a_full_disk_is_named_and_leaves_nothing_and_pruning_works_on_it) },
        { "R4", "full disk, one blob", "A_full_disk_says_so_and_leaves_nothing" },
        { "R5", "calls that fail", nameof(FaultTests.R5_a_call_that_fails_is_an_error_or_does_no_harm_and_the_next_build_is_right) },
        { "R5", "few descriptors", nameof(FaultTests.R5_few_descriptors_are_an_error_or_enough) },
        { "R6", "damaged blobs", nameof(DamageTests.R6_R7_a_damaged_file_is_noticed_never_exported_and_healed_by_a_build_or_two) },
        { "R6", "never exported", "A_damaged_blob_is_never_exported" },
        { "R6", "fetched again", "A_damaged_blob_with_a_known_source_is_fetched_again" },
        { "R7", "damaged indexes and records", "A_check_finds_what_is_damaged_and_repair_removes_it" },
        { "R7", "damaged accounts, lists and downloads", "What_is_remembered_of_builds_is_checked_and_repaired" },
        { "R7", "damaged list of tags", "A_damaged_list_of_tags_loses_no_tag" },
        { "R7", "newer schema", "A_store_of_a_newer_program_is_refused" },
        { "R8", "unpacked layers of another boot", nameof(DamageTests.R8_unpacked_layers_of_another_boot_are_dropped_and_damaged_ones_are_found) },
        { "R8", "damaged unpacked layers", "A_damaged_unpacked_layer_is_found" },
        { "R9", "killed builders", nameof(SharedStoreTests.R9_builders_that_are_killed_at_random_spoil_nothing_for_the_others) },
        { "R9", "one download", nameof(SharedStoreTests.R9_a_base_that_all_want_at_once_is_fetched_once) },
        { "R9", "a store that several make", "Several_may_make_a_store_at_the_same_time" },
        { "R9", "files that are just being made", "A_sweep_never_takes_a_file_that_is_just_being_made" },
        { "R9", "equal steps in a process", "Equal_steps_of_builds_at_the_same_time_run_once" },
        { "R9", "one download in a process", "A_blob_is_fetched_once_whoever_wants_it_and_whatever_for" },
        { "R10", "builds and prunes", nameof(SharedStoreTests.R10_builds_and_prunes_go_on_at_the_same_time_and_no_build_misses_anything) },
        { "R10", "what is in use stays", "What_a_running_program_has_looked_up_stays_also_what_a_manifest_that_it_read_lists" },
        { "R33", "signals at any time", nameof(SignalTests.R33_a_signal_at_any_time_ends_the_builder_soon_and_leaves_nothing) },
        { "R11", "clocks", "A_time_in_the_future_or_long_ago_changes_nothing" },
        { "R11", "a lock that is kept", "A_lock_that_somebody_keeps_ends_in_an_error_and_not_in_a_wait" },
        { "S43", "a blob from the store", "A_damaged_blob_is_never_read_to_its_end_and_is_healed_by_writing_it_again" },
        { "S43", "a wrong size", "A_wrong_size_is_noticed_on_reading" },
        { "S43", "nothing stored under the name", "A_blob_that_is_not_what_was_expected_is_refused" },
        { "S43", "layers of a shared cache", "A_lie_is_a_warning_and_what_is_built_is_right" },
        { "S48", "each difference is another key, or none on purpose", "What_counts_is_a_miss_and_what_does_not_is_a_hit" },
        { "S48", "no key without its row", "Every_thing_of_the_table_has_a_test_and_every_test_a_thing" },
        { "S48", "caches that lie", "A_lie_is_a_warning_and_what_is_built_is_right" },
        { "S48", "a record under another's key", "A_record_under_another_builds_key_is_never_found" },
        { "S48", "a pulled image is no candidate", "An_image_without_a_cache_inside_is_no_candidate" },
        { "S48", "processes that write after the step", nameof(SecretTests.S48_a_process_that_a_step_leaves_behind_writes_nothing_into_the_layer) },
        { "S47", "store, outputs, caches, arguments of processes", nameof(SecretTests.S47_a_secret_is_nowhere_but_where_a_step_put_it) },
        { "S47", "records of builds", "A_value_that_is_called_a_secret_is_in_no_record" },
        { "S47", "shared caches", "What_is_shared_holds_keys_and_no_values" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_has_its_test(string row, string what, string test) =>
        Assert.True(Tests.Contains(test), $"{row} ({what}) is to be proved by {test}, which is nowhere");

    [Fact]
    public void Every_row_of_the_store_is_in_the_table()
    {
        var rows = Rows.Select(r => (string)((object[])r)[0]).ToHashSet();
        Assert.Empty(Enumerable.Range(1, 11).Select(i => $"R{i}").Append("S43").Append("S47").Append("S48").Except(rows));
    }

    private static HashSet<string> Tests { get; } = Find();

    private static HashSet<string> Find([System.Runtime.CompilerServices.CallerFilePath] string file = "")
    {
        var root = Path.GetDirectoryName(Path.GetDirectoryName(file))!;
        return [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).SelectMany(f => TestNames().Matches(File.ReadAllText(f))).Select(m => m.Groups["name"].Value)];
    }

    [GeneratedRegex(@"\[(?:Skippable)?(?:Fact|Theory)[^\n]*\n(?:\s*\[[^\n]*\n)*\s*public (?:async Task|void|Task) (?<name>\w+)\(")]
    private static partial Regex TestNames();
}
