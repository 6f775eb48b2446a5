using System.Text;
using CsBuild.Oci.Images;
using CsBuild.Oci.Storage;
using CsBuild.Testing;
using CsBuild.Testing.Hostile;

namespace CsBuild.Oci.Tests.Images;

public sealed class HostileDocumentTests
{
    [Fact]
    public async Task S1_names_in_documents_of_images_are_never_paths_of_this_machine()
    {
        using var temporary = new TempDirectory();
        var canary = new Canary(temporary["canary"]);
        var store = ImageStore.Open(temporary["store"]);
        foreach (var name in new[] { canary.Path + "/file", canary.Climbing + "/file", "../file", "a/../../file", "l", "l/file", "", "\0", "sha256:" + canary.Climbing })
        {
            var json = System.Text.Json.JsonEncodedText.Encode(name);
            string[][] members =
            [
                ["manifest.json", $$"""[{"Config":"{{json}}","RepoTags":["a:1"],"Layers":["{{json}}"]}]"""],
                ["oci-layout", """{"imageLayoutVersion":"1.0.0"}""", "index.json",
                    $$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{{json}}","size":6,"annotations":{"org.opencontainers.image.ref.name":"{{json}}" } }]}"""],
                ["oci-layout", """{"imageLayoutVersion":"1.0.0"}""", "index.json",
                    $$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{json}}:00","size":6}]}"""],
            ];
            foreach (var archive in members)
            {
                var tar = new RawTar().Add("l", '2', canary.Path);
                for (var i = 0; i < archive.Length; i += 2)
                    tar.Add(archive[i], content: Encoding.UTF8.GetBytes(archive[i + 1]));
                await Assert.ThrowsAnyAsync<Exception>(() => LoadAsync(store, tar.End().ToArray()));
                canary.AssertUnchanged(name);
            }
        }
    }

    private static async Task LoadAsync(ImageStore store, byte[] tar)
    {
        try
        {
            using var archive = await ImageArchive.OpenAsync(new MemoryStream(tar), "test", store, default);
            foreach (var image in archive.Images)
                await ImageCopy.ToStoreAsync(store.Content, archive, image.Root, default);
        }
        catch (Exception e)
        {
            Assert.True(e is InvalidDataException or FileNotFoundException or FormatException, e.ToString());
            throw;
        }
    }
}
