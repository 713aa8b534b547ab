using System.Text;
using System.Text.Json;
using BpfTune.Engine.Control;
using BpfTune.Engine.Tests.Control;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Fuzz.Tests;

/// <summary>Requests of anybody who can reach the socket.</summary>
public sealed class ControlFuzzTests
{
    private static readonly byte[][] s_samples =
    [
        "{\"query\":\"status\"}"u8.ToArray(),
        "{\"query\":\"tunables\",\"tuner\":\"tcp_buffer\"}"u8.ToArray(),
        "{\"query\":\"changes\",\"limit\":7}"u8.ToArray(),
        "{\"query\":\"resume\",\"tuner\":\"tcp_buffer\",\"namespace\":\"blue\"}"u8.ToArray(),
        "{\"query\":\"rollback\"}"u8.ToArray(),
        "{\"query\":\"rollback_preview\"}"u8.ToArray(),
    ];

    [Fact]
    public void Any_request_gets_one_line_of_JSON_and_commands_nothing_without_the_right_to() =>
        Fuzz.Run("control", Fuzz.Bytes(s_samples), line =>
        {
            var queries = new FakeQueries();
            var dispatcher = new ControlDispatcher(queries, NullLogger.Instance);
            var answer = dispatcher.Answer(line, mayCommand: false);
            var reply = answer.Reply ?? dispatcher.Continue(answer, static () => true);
            Assert.NotNull(reply);
            Assert.Equal(reply.Length - 1, Array.IndexOf(reply, (byte)'\n'));
            using var json = JsonDocument.Parse(reply);
            Assert.Contains(json.RootElement.GetProperty("ok").ValueKind, (JsonValueKind[])[JsonValueKind.True, JsonValueKind.False]);
            // What a rollback would do anybody may ask who may ask at all.
            Assert.DoesNotContain(queries.Commands, command => command != "preview");
            Assert.DoesNotContain(Encoding.UTF8.GetString(reply).TrimEnd('\n'), c => c < ' ');
        });
}
