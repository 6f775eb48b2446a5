using CsBuild.Execution;
using CsBuild.Oci.Content;
using CsBuild.Oci.Model;

namespace CsBuild.Output;

/// <summary>Shows transfers of blobs as parts of a step.</summary>
internal sealed class StepTransfers(EventLog events, Digest step) : IProgress<TransferProgress>
{
    public void Report(TransferProgress value) =>
        events.Report(new StepAdvanced(step, value.Blob.ToString()[..19], value.Current, value.Total, value.Current == value.Total));
}
