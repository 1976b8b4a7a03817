// The scenarios of tests/scenarios/broker, on the native core; tests/wasm plays the same on the Wasm module.
#include <memory>
#include <utility>

#include "support/bytes.h"
#include "support/scenario.h"
#include "support/test_broker.h"
#include "support/written_packet.h"

namespace mqtt::test {
namespace {

BrokerOptions options_of(const Scenario& scenario) {
  BrokerOptions options;
  OptionTaker take(scenario);
  take("maximum_packet_size", options.maximum_packet_size);
  take("receive_maximum", options.receive_maximum);
  take("topic_alias_maximum", options.topic_alias_maximum);
  take("maximum_topic_levels", options.maximum_topic_levels);
  take("maximum_qos", options.maximum_qos);
  take("retain_available", options.retain_available);
  take("wildcard_subscription_available", options.wildcard_subscription_available);
  take("subscription_identifiers_available", options.subscription_identifiers_available);
  take("shared_subscription_available", options.shared_subscription_available);
  take("maximum_keep_alive", options.maximum_keep_alive);
  take("maximum_in_flight", options.maximum_in_flight);
  take("maximum_queued_messages", options.maximum_queued_messages);
  take("maximum_retained_messages", options.maximum_retained_messages);
  take("maximum_subscriptions", options.maximum_subscriptions);
  take("maximum_connections", options.maximum_connections);
  take("maximum_session_expiry_interval", options.maximum_session_expiry_interval);
  take.expect_nothing_left();
  return options;
}

// Each name but `host` is a peer: a raw-packet client, one connection at a time.
class BrokerStage : public Stage {
 public:
  BrokerStage(const BrokerOptions& options, std::size_t slice) : broker_(options) { broker_.slice_input(slice); }

 private:
  void sends(const std::string& who, const std::string& line) override {
    if (who == "host") return host_says(line);
    constexpr std::string_view kBytes = "bytes ";
    if (line.starts_with(kBytes)) {
      peer(who, ProtocolVersion::V5_0).sends_bytes(bytes(std::string_view(line).substr(kBytes.size())));
    } else if (line.starts_with("CONNECT ")) {
      peer(who, WrittenPacket(line).as<Connect>().version).sends(line);
    } else {
      peer(who, ProtocolVersion::V5_0).sends(line);
    }
  }
  void is_lost(const std::string& who) override { peers_.erase(who); }
  void advances(Duration duration) override { broker_.advance(duration); }
  void collect() override {
    for (auto& [name, peer] : peers_) {
      for (const std::string& line : peer->received())
        hears(name, line);
      if (peer->is_closed()) hears(name, "closed");
    }
    std::erase_if(peers_, [](const auto& named) { return named.second->is_closed(); });
  }

  void host_says(const std::string& line) {
    constexpr std::string_view kPublish = "PUBLISH ";
    if (line.starts_with(kPublish)) {
      EXPECT_TRUE(broker_.publishes(line.substr(kPublish.size())));
    } else {
      EXPECT_EQ(line, "DISCONNECT server-shutting-down");
      broker_.shuts_down();
    }
  }

  Peer& peer(const std::string& who, ProtocolVersion version) {
    auto& found = peers_[who];
    if (found == nullptr) found = std::make_unique<Peer>(broker_, version);
    return *found;
  }

  TestBroker broker_;
  std::map<std::string, std::unique_ptr<Peer>> peers_;  // with a connection
};

class BrokerScenario : public ::testing::TestWithParam<Scenario> {};
INSTANTIATE_TEST_SUITE_P(Of, BrokerScenario, ::testing::ValuesIn(scenarios_in("broker")), name_of);

TEST_P(BrokerScenario, PlaysOut) {
  BrokerStage(options_of(GetParam()), 0).play(GetParam());
}

TEST_P(BrokerScenario, PlaysOutByteByByte) {
  BrokerStage(options_of(GetParam()), 1).play(GetParam());
}

}  // namespace
}  // namespace mqtt::test
