using System.Text;
using System.Text.Json;
using BpfTune.Engine.Control;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Engine.Tests.Control;

public sealed class ControlDispatcherTests
{
    private readonly FakeQueries _queries = new();

    [Theory]
    [InlineData("status", JsonValueKind.Object)]
    [InlineData("tuners", JsonValueKind.Array)]
    [InlineData("tunables", JsonValueKind.Array)]
    [InlineData("changes", JsonValueKind.Array)]
    [InlineData("summary", JsonValueKind.Object)]
    [InlineData("namespaces", JsonValueKind.Array)]
    [InlineData("advice", JsonValueKind.Array)]
    [InlineData("rollback_preview", JsonValueKind.Array)]
    public void A_reader_gets_every_listing(string query, JsonValueKind kind)
    {
        using var reply = Ask($$"""{"query":"{{query}}"}""", mayCommand: false);

        Assert.True(reply.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(kind, reply.RootElement.GetProperty("result").ValueKind);
    }

    [Theory]
    [InlineData("""{"query":"rollback"}""")]
    [InlineData("""{"query":"resume","tuner":"tcp_buffer"}""")]
    [InlineData("""{"query":"apply","ids":["1a2b3c4d"]}""")]
    [InlineData("""{"query":"ignore","ids":["1a2b3c4d"]}""")]
    public void A_reader_may_not_command(string request)
    {
        using var reply = Ask(request, mayCommand: false);

        AssertError(reply, "denied", "control socket only");
        Assert.Empty(_queries.Commands);
    }

    [Fact]
    public void Commands_reach_the_engine()
    {
        using var resumed = Ask("""{"query":"resume","tuner":"tcp_buffer","namespace":"blue"}""", mayCommand: true);
        using var rolled = Ask("""{"query":"rollback"}""", mayCommand: true);

        using var applied = Ask("""{"query":"apply","ids":["1a2b3c4d","00c0ffee"]}""", mayCommand: true);
        using var ignored = Ask("""{"query":"ignore","ids":["1a2b3c4d"]}""", mayCommand: true);

        Assert.Equal(["resume tcp_buffer blue", "rollback", "apply 1a2b3c4d 00c0ffee", "ignore 1a2b3c4d"], _queries.Commands);
        Assert.Equal([true, false], applied.RootElement.GetProperty("result").EnumerateArray().Select(r => r.GetProperty("done").GetBoolean()));
        Assert.Equal("restored", rolled.RootElement.GetProperty("result")[0].GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("status")]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"query":null}""")]
    [InlineData("""{"query":7}""")]
    [InlineData("""{"query":"changes","limit":"many"}""")]
    public void What_is_no_request_is_refused(string request)
    {
        using var reply = Ask(request, mayCommand: true);

        AssertError(reply, "bad_request", "one line of JSON");
    }

    [Fact]
    public void An_unknown_query_is_named_without_its_control_characters()
    {
        using var reply = Ask("""{"query":"\u001b[31mx"}""", mayCommand: true);

        AssertError(reply, "bad_request", "there is no query '?[31mx'");
    }

    [Theory]
    [InlineData("""{"query":"resume"}""", "needs the name of a tuner")]
    [InlineData("""{"query":"apply"}""", "apply needs ids of advice")]
    [InlineData("""{"query":"ignore","ids":[]}""", "ignore needs ids of advice")]
    [InlineData("""{"query":"apply","ids":[null]}""", "apply needs ids of advice")]
    [InlineData("""{"query":"apply","ids":["1a2b3c4d","x"]}""", "there is no advice 'x'")]
    [InlineData("""{"query":"resume","tuner":"nobody"}""", "there is no tuner 'nobody'")]
    [InlineData("""{"query":"tunables","tuner":"nobody"}""", "there is no tuner 'nobody'")]
    [InlineData("""{"query":"tuners","tuner":"nobody"}""", "there is no tuner 'nobody'")]
    public void A_name_that_there_is_not_is_said(string request, string message)
    {
        using var reply = Ask(request, mayCommand: true);

        AssertError(reply, "bad_request", message);
    }

    [Fact]
    public void A_fault_in_the_engine_costs_the_answer_alone()
    {
        _queries.Failure = new InvalidOperationException("broken");

        using var failed = Ask("""{"query":"status"}""", mayCommand: true);
        AssertError(failed, "failed", "broken");

        _queries.Failure = null;
        using var well = Ask("""{"query":"status"}""", mayCommand: true);
        Assert.True(well.RootElement.GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData(1, 1)]
    public void Changes_are_limited(int? limit, int expected)
    {
        var request = limit is null ? """{"query":"changes"}""" : $$"""{"query":"changes","limit":{{limit}}}""";
        using var reply = Ask(request, mayCommand: false);

        Assert.Equal(expected, reply.RootElement.GetProperty("result").GetArrayLength());
    }

    [Fact]
    public void Names_are_in_snake_case_and_nulls_left_out()
    {
        using var reply = Ask("""{"query":"tuners"}""", mayCommand: false);
        var notNeeded = reply.RootElement.GetProperty("result")[1];

        Assert.Equal("not_needed", notNeeded.GetProperty("state").GetString());
        Assert.False(notNeeded.TryGetProperty("path", out _));
        Assert.Equal(0, notNeeded.GetProperty("counts").GetProperty("cooling_down").GetInt64());
    }

    [Fact]
    public void Every_reply_is_one_line()
    {
        _queries.Failure = new InvalidOperationException("first\nsecond");
        var dispatcher = new ControlDispatcher(_queries, NullLogger.Instance);
        var reply = dispatcher.Continue(dispatcher.Answer("""{"query":"status"}"""u8, mayCommand: true), () => true)!;

        Assert.Equal(reply.Length - 1, Array.IndexOf(reply, (byte)'\n'));
    }

    private JsonDocument Ask(string request, bool mayCommand)
    {
        var dispatcher = new ControlDispatcher(_queries, NullLogger.Instance);
        var answer = dispatcher.Answer(Encoding.UTF8.GetBytes(request), mayCommand);
        return JsonDocument.Parse(answer.Reply ?? dispatcher.Continue(answer, () => true)!);
    }

    private static void AssertError(JsonDocument reply, string error, string message)
    {
        Assert.False(reply.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(error, reply.RootElement.GetProperty("error").GetString());
        Assert.Contains(message, reply.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
