// The scenarios of tests/scenarios/client, on the native core; tests/wasm plays the same on the Wasm module.
#include "support/bytes.h"
#include "support/scenario.h"
#include "support/test_client.h"

namespace mqtt::test {
namespace {

ClientOptions options_of(const Scenario& scenario) {
  ClientOptions options;
  options.reconnect.jitter = 0;
  OptionTaker take(scenario);
  take("reconnect", options.reconnect.enabled);
  take("resubscribe", options.resubscribe);
  take("subscribe_batch_size", options.subscribe_batch_size);
  take("queue_qos_zero", options.queue_qos_zero);
  take("maximum_queued_messages", options.maximum_queued_messages);
  take("acknowledged_by_host", options.acknowledged_by_host);
  take("maximum_automatic_topic_aliases", options.maximum_automatic_topic_aliases);
  take.expect_nothing_left();
  return options;
}

// `app` is the application above the client, `server` the raw-packet server below it.
class ClientStage : public Stage {
 public:
  ClientStage(const ClientOptions& options, std::size_t slice) : client_(options) { client_.slice_input(slice); }

 private:
  void sends(const std::string& who, const std::string& line) override {
    constexpr std::string_view kBytes = "bytes ";
    if (who == "app") {
      app_says(line);
    } else if (line.starts_with(kBytes)) {
      client_.gets_bytes(bytes(std::string_view(line).substr(kBytes.size())));
    } else {
      client_.gets(line);
    }
  }
  void is_lost(const std::string&) override { client_.loses_transport(); }
  void advances(Duration duration) override { client_.advance(duration); }
  void collect() override {
    for (const std::string& line : client_.events())
      hears("app", line);
    for (const std::string& line : client_.sent())
      hears("server", line);
    if (!client_.wants_close()) return;
    hears("server", "closed");
    client_.loses_transport();
    for (const std::string& line : client_.events())
      hears("app", line);
  }

  // "PUBLISH t 'x' as 1": the operation is number 1.
  void app_says(const std::string& line) {
    constexpr std::string_view kAs = " as ";
    const std::size_t as = line.rfind(kAs);
    const OperationToken token =
        as == std::string::npos ? kNoToken : static_cast<OperationToken>(std::stoul(line.substr(as + kAs.size())));
    const std::string packet = line.substr(0, as);
    const std::size_t space = packet.find(' ');
    const std::string kind = packet.substr(0, space);
    const std::string rest = space == std::string::npos ? "" : packet.substr(space + 1);
    std::string refusal;
    if (kind == "CONNECT") {
      client_.opens(rest);
    } else if (kind == "PUBLISH") {
      refusal = client_.publishes(rest, token);
    } else if (kind == "SUBSCRIBE") {
      refusal = client_.subscribes(rest, token);
    } else if (kind == "UNSUBSCRIBE") {
      refusal = client_.unsubscribes(rest, token);
    } else if (kind == "AUTH") {
      EXPECT_EQ(client_.authenticates(rest), "");
    } else if (kind == "PUBACK") {
      EXPECT_EQ(client_.acknowledges(rest), "");
    } else {
      EXPECT_EQ(kind, "DISCONNECT");
      client_.disconnects(rest);
    }
    if (!refusal.empty()) hears("app", "failed " + std::to_string(token) + ": " + refusal);
  }

  TestClient client_;
};

class ClientScenario : public ::testing::TestWithParam<Scenario> {};
INSTANTIATE_TEST_SUITE_P(Of, ClientScenario, ::testing::ValuesIn(scenarios_in("client")), name_of);

TEST_P(ClientScenario, PlaysOut) {
  ClientStage(options_of(GetParam()), 0).play(GetParam());
}

TEST_P(ClientScenario, PlaysOutByteByByte) {
  ClientStage(options_of(GetParam()), 1).play(GetParam());
}

}  // namespace
}  // namespace mqtt::test
