using System.Globalization;

namespace CsBuild.Dockerfiles.Linting.Practice;

/// <summary>Whether a label's value has the form that a project wants.</summary>
internal static class LabelForms
{
    public static bool Matches(LabelForm form, string value) => form switch
    {
        LabelForm.Text => value.Length > 0,
        LabelForm.Url => Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https",
        LabelForm.Rfc3339 => value.Length >= 20 && value[10] is 'T' or 't' && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        LabelForm.Spdx => value.Length > 0 && value.Split([' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries).All(w => w.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '+' or ':')),
        LabelForm.Hash => value.Length is >= 7 and <= 40 && value.All(char.IsAsciiHexDigitLower),
        LabelForm.Semver => IsSemver(value),
        LabelForm.Email => value.Split('@') is [{ Length: > 0 }, { Length: > 2 } host] && host.Contains('.', StringComparison.Ordinal) && !value.Any(char.IsWhiteSpace),
        _ => true,
    };

    private static bool IsSemver(string value)
    {
        var core = value.Split('-', '+')[0].Split('.');
        return core.Length == 3 && core.All(p => p.Length > 0 && p.All(char.IsAsciiDigit) && (p.Length == 1 || p[0] != '0'));
    }
}
