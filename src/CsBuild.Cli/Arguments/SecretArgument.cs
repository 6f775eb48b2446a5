using System.Text;
using CsBuild.Cli.Outside;

namespace CsBuild.Cli.Arguments;

/// <summary>The value of --secret: <c>id=ID[,src=FILE][,env=VARIABLE][,type=file|env]</c>.</summary>
internal static class SecretArgument
{
    private const int MaxSize = 500 * 1024;

    public static (string Id, SecretSource Source) Parse(string text, Surroundings around)
    {
        string? id = null, file = null, variable = null, type = null;
        foreach (var (key, value) in CsvFields.Pairs(text))
        {
            switch (key)
            {
                case "id": id = value; break;
                case "src" or "source": file = value; break;
                case "env": variable = value; break;
                case "type" when value is "file" or "env": type = value; break;
                case "type": throw new UsageException($"unsupported secret type \"{value}\"");
                default: throw new UsageException($"unexpected key '{key}' in '{key}={value}'");
            }
        }
        if (string.IsNullOrEmpty(id))
            throw new UsageException($"the secret `{Redacted(text)}` has no id", "write --secret id=NAME,src=FILE");
        if (type == "env" && variable is null)
            (variable, file) = (file, null);
        if (variable is null && file is null)
        {
            // without a source the id names a variable, or else a file: as buildx does
            if (type != "file" && around.Variable(id) is not null)
                variable = id;
            else
                file = id;
        }
        return (id, variable is null ? OfFile(id, around.Absolute(file!)) : OfVariable(id, variable, around));
    }

    private static SecretSource.File OfFile(string id, string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
            throw new UsageException($"the file `{path}` of the secret `{id}` is not there");
        if (info.Length > MaxSize)
            throw new UsageException($"secret {id} too big. max size 500KB");
        return new SecretSource.File(path);
    }

    private static SecretSource.Value OfVariable(string id, string variable, Surroundings around)
    {
        var value = around.Variable(variable)
            ?? throw new UsageException($"the environment variable `{variable}` of the secret `{id}` is not set");
        var bytes = Encoding.UTF8.GetBytes(value);
        return bytes.Length > MaxSize ? throw new UsageException($"secret {id} too big. max size 500KB") : new SecretSource.Value(bytes);
    }

    private static string Redacted(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
