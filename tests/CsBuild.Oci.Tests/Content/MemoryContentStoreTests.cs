using CsBuild.Oci.Content;
using CsBuild.Testing;
using CsBuild.Testing.Contracts;

namespace CsBuild.Oci.Tests.Content;

public sealed class MemoryContentStoreTests : ContentStoreContract
{
    protected override IContentStore Store { get; } = new MemoryContentStore();
}
