// A script of what clients, the clock and the host do -> a broker that stays within the standard and its own limits,
// over kills and restarts too, and has nothing left when everybody is gone.
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "fuzz/support/choices.h"
#include "fuzz/support/demand.h"
#include "fuzz/support/made_packets.h"
#include "fuzz/support/other_end.h"
#include "mqtt/broker/broker.h"
#include "mqtt/codec/encode.h"
#include "support/memory_journal.h"

namespace mqtt::fuzz {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLongestSession = 1000s;
constexpr std::size_t kTopics = 1000;  // a script is too short to name more

BrokerOptions make_options(Choices& choices) {
  BrokerOptions options;
  options.maximum_session_expiry_interval = static_cast<std::uint32_t>(kLongestSession / 1s);
  options.unix_time_at_zero = 1'000'000;
  const std::uint8_t limits = choices.byte();
  if ((limits & 1) != 0) options.receive_maximum = 2;
  if ((limits & 2) != 0) options.maximum_in_flight = 2;
  if ((limits & 4) != 0) options.maximum_output_bytes = 300;
  if ((limits & 8) != 0) options.maximum_queued_messages = 3;
  if ((limits & 16) != 0) options.maximum_queued_messages_in_all = 5;
  if ((limits & 32) != 0) options.maximum_topic_levels = 2;
  if ((limits & 0x44) == 0x44) options.statistics_interval = 300s;
  if ((limits & 128) != 0) options.maximum_connections = 2;
  const std::uint8_t further = choices.byte();
  if ((further & 1) != 0) options.maximum_retained_messages = 2;
  if ((further & 2) != 0) options.maximum_subscriptions = 3;
  if ((further & 4) != 0) options.maximum_queued_bytes = 500;
  if ((further & 8) != 0) options.maximum_queued_bytes_in_all = 800;
  if ((further & 16) != 0) options.maximum_packet_size = 300;
  if ((further & 32) != 0) options.maximum_keep_alive = 10;
  if ((further & 64) != 0) options.topic_alias_maximum = options.maximum_outgoing_topic_aliases = 2;
  if ((further & 128) != 0) options.response_information = "answers/";
  const std::uint8_t missing = choices.byte();
  if ((missing & 0x81) == 0x81) options.maximum_qos = QoS::AtLeastOnce;
  if ((missing & 0x82) == 0x82) options.retain_available = false;
  if ((missing & 0x84) == 0x84) options.wildcard_subscription_available = false;
  if ((missing & 0x88) == 0x88) options.subscription_identifiers_available = false;
  if ((missing & 0x90) == 0x90) options.shared_subscription_available = false;
  return options;
}

// Decides by the words of the small world: "later" is not known yet, "no" is refused.
class WordAuthority : public BrokerAuthority {
 public:
  std::optional<Verdict> on_connect(ConnectionId, const Connect& connect) override {
    if (connect.user_name == "later") return std::nullopt;
    if (connect.user_name == "no") return Verdict{.reason = ReasonCode::NotAuthorized, .reason_string = "no"};
    if (connect.properties.authentication_method == "later") return std::nullopt;
    if (connect.properties.authentication_method) return Verdict{.reason = ReasonCode::ContinueAuthentication};
    return Verdict{};
  }
  std::optional<Verdict> on_auth(ConnectionId, const Auth& auth) override {
    if (!auth.properties.authentication_data) return std::nullopt;
    const bool is_enough = auth.properties.authentication_data->size() % 2 == 0;
    return Verdict{.reason = is_enough ? ReasonCode::Success : ReasonCode::ContinueAuthentication,
                   .authentication_data = std::vector<std::uint8_t>{1, 2}};
  }
  Permission may_subscribe(ConnectionId, std::string_view, const SubscribeEntry& entry) override {
    return about(entry.topic_filter);
  }
  Permission may_publish(ConnectionId, std::string_view, const Publish& publish) override {
    return about(publish.topic);
  }
  bool decides_publishes() const override { return true; }

 private:
  // With more to say about some of them than about others.
  static Permission about(std::string_view topic) {
    static constexpr std::string_view kNoText = "\xFF";
    static constexpr UserProperty kProperties[] = {{"where", "there"}, {"", "why"}, {"bad", kNoText}};
    if (topic == "no/way") return {ReasonCode::NotAuthorized, "no way", std::span(kProperties).first(1)};
    if (topic == "a/b") return {ReasonCode::Success, "", std::span(kProperties).first(2)};
    if (topic == "b") return {ReasonCode::Banned, kNoText, kProperties};
    return {};
  }
};

// Demands of the broker what a log would rely on.
class EndsOnce : public BrokerObserver {
 public:
  void on_ended(ConnectionId id, const ConnectionEnd&) override {
    if (ended.size() <= id) ended.resize(id + std::size_t{1});
    demand(!ended[id], "a connection ends once");
    ended[id] = true;
  }
  bool wants_publishes() const override { return true; }

  std::vector<bool> ended;  // since they were opened
};

struct Wire {
  ConnectionId id;
  OtherEnd end{Role::Client};
  std::size_t reads = SIZE_MAX;  // bytes that it takes of the output at a time
};

class BrokerScript {
 public:
  explicit BrokerScript(Choices choices)
      : choices_(choices),
        has_journal_(choices_.flag()),
        has_authority_(choices_.flag()),
        options_(make_options(choices_)) {
    start();
  }

  void run() {
    while (!choices_.empty()) {
      step();
      deliver();
      check_statistics();
    }
    finish();
  }

 private:
  void step() {
    switch (choices_.below(20)) {
      case 0:
      case 1:
      case 2:
        return open();
      case 3:
        return say_bytes(choices_.take());
      case 4:
        return lose();
      case 5:
        return advance();
      case 6:
        return host_publishes();
      case 7:
        return host_decides();
      case 8:
        return host_disconnects();
      case 9:
        return change_reading();
      case 10:
        return choices_.rarely() ? broker_->shut_down(now_) : kill_and_restore();
      case 11:
        return choices_.flag() ? restore_damaged() : advance();
      default:
        return say(make_client_packet(choices_));
    }
  }

  // --- clients

  Wire* any_wire() {
    auto& wire = wires_[choices_.byte() % wires_.size()];
    return wire ? &*wire : nullptr;
  }

  void open() {
    auto& wire = wires_[choices_.byte() % wires_.size()];
    if (wire) lose(wire);
    const ConnectionId id = broker_->open(now_);
    if (observer_.ended.size() > id) observer_.ended[id] = false;
    wire.emplace(Wire{.id = id});
    if (choices_.rarely()) return;
    ByteBuffer bytes;
    encode(make_connect(choices_), bytes);
    transmit(*wire, bytes.view());
  }

  void say(const Packet& packet) {
    Wire* wire = any_wire();
    if (wire == nullptr) return;
    ByteBuffer bytes;
    encode(packet, wire->end.version(), bytes);
    transmit(*wire, bytes.view());
  }

  void say_bytes(Bytes bytes) {
    if (Wire* wire = any_wire()) transmit(*wire, bytes);
  }

  // Whole or in two pieces, in memory of its own that goes with the call.
  void transmit(Wire& wire, Bytes bytes) {
    wire.end.says(bytes);
    const std::uint8_t cut = choices_.byte();
    const std::size_t first = cut % 4 == 0 ? std::min<std::size_t>(cut / 4, bytes.size()) : bytes.size();
    for (const Bytes piece : {bytes.first(first), bytes.subspan(first)}) {
      const std::vector<std::uint8_t> copy(piece.begin(), piece.end());
      broker_->receive(wire.id, copy, now_);
    }
  }

  void lose() { lose(wires_[choices_.byte() % wires_.size()]); }
  void lose(std::optional<Wire>& wire) {
    if (!wire) return;
    broker_->closed(wire->id, now_);
    demand(wire->id < observer_.ended.size() && observer_.ended[wire->id], "a connection that is gone has ended");
    wire.reset();
  }

  void change_reading() {
    static constexpr std::size_t kReads[] = {SIZE_MAX, 0, 1, 7, 100};
    Wire* wire = any_wire();
    if (wire == nullptr) return;
    wire->reads = choices_.one_of(kReads);
    deliver_to(*wire);
  }

  // --- the host

  void advance() {
    static constexpr Duration kTimes[] = {0ms, 1ms, 999ms, 1s, 2s, 10s, 61s, 1001s};
    advance(choices_.one_of(kTimes));
  }
  void advance(Duration duration) {
    const Instant end = now_ + duration;
    while (broker_->next_deadline() <= end) {
      now_ = std::max(now_, broker_->next_deadline());
      const Instant next = broker_->advance(now_);
      demand(next > now_, "no deadline that has come is left");
      demand(next == broker_->next_deadline(), "advance() answers next_deadline()");
      deliver();
    }
    now_ = end;
    broker_->advance(now_);
  }

  void host_publishes() {
    const Publish publish = make_publish(choices_);
    demand(broker_->publish(publish, now_).has_value() == !publish.topic.empty(),
           "a host can publish what has a topic");
  }

  void host_decides() {
    static constexpr ReasonCode kReasons[] = {ReasonCode::Success, ReasonCode::ContinueAuthentication,
                                              ReasonCode::NotAuthorized, ReasonCode::ServerMoved,
                                              ReasonCode::PacketIdentifierInUse};
    Wire* wire = any_wire();
    if (wire == nullptr) return;
    Verdict verdict{.reason = choices_.one_of(kReasons)};
    const std::uint8_t said = choices_.byte();
    if ((said & 1) != 0) verdict.reason_string = "by decision";
    if ((said & 2) != 0) verdict.user_properties = {{"by", (said & 0x1C) == 0x1C ? "\xFF" : "decision"}};
    if (choices_.flag()) verdict.authentication_data = std::vector<std::uint8_t>(choices_.below(3));
    broker_->decide(wire->id, verdict, now_);
  }

  void host_disconnects() {
    static constexpr ReasonCode kReasons[] = {ReasonCode::AdministrativeAction, ReasonCode::UseAnotherServer,
                                              ReasonCode::Banned};
    Wire* wire = any_wire();
    if (wire == nullptr) return;
    const ReasonCode reason = choices_.one_of(kReasons);
    Disconnect disconnect{.reason = reason};
    const std::uint8_t said = choices_.byte();
    if ((said & 1) != 0) disconnect.properties.server_reference = "there";
    if ((said & 2) != 0) disconnect.properties.reason_string = (said & 0x1C) == 0x1C ? "\xFF" : "for the host's reason";
    if ((said & 4) != 0) disconnect.properties.user_properties = {{"by", "the host"}, {"and", ""}};
    if ((said & 8) != 0) disconnect.properties.session_expiry_interval = 5;  // which only a client may say
    broker_->disconnect(wire->id, disconnect, now_);
  }

  void deliver() {
    while (const auto ready = broker_->take_ready()) {
      for (auto& wire : wires_) {
        if (wire && wire->id == *ready) deliver_to(*wire);
      }
    }
    // A transport that takes nothing is slow to close, too.
    for (auto& wire : wires_) {
      if (wire && wire->reads > 0 && broker_->should_close(wire->id) && broker_->output(wire->id).empty()) lose(wire);
    }
  }

  void deliver_to(Wire& wire) {
    const OutputQueue& output = broker_->output(wire.id);
    for (std::size_t left = wire.reads; left > 0 && !output.empty();) {
      const std::size_t taken = wire.end.hears(output, left);
      left -= taken;
      broker_->consume_output(wire.id, taken);
    }
  }

  // --- restarts

  void start() {
    broker_ = std::make_unique<Broker>(options_, &observer_, has_authority_ ? &authority_ : nullptr,
                                       has_journal_ ? &journal_ : nullptr);
    if (has_journal_) demand(journal_.restore_into(*broker_, now_).has_value(), "a broker understands its own journal");
    observer_.ended.clear();
  }

  // What the broker does when it is taken apart is not heard of by its journal, as when its process is killed.
  void kill_and_restore() {
    const auto kept = journal_.records;
    broker_.reset();
    for (auto& wire : wires_)
      wire.reset();
    journal_.records = kept;
    start();
    check_statistics();
  }

  // A journal that something else has written into is refused, or makes a broker that can be used.
  void restore_damaged() {
    test::MemoryJournal damaged = journal_;
    const std::uint8_t record = choices_.byte();
    const std::uint8_t where = choices_.byte();
    test::damage(damaged, record, where, choices_.byte());
    Broker broker(options_, nullptr, nullptr, &damaged);
    if (damaged.restore_into(broker, now_)) use(broker);
  }

  // Everybody comes for what there is.
  void use(Broker& broker) const {
    for (const std::string_view client : {"ann", "bob", "eve"}) {
      const ConnectionId id = broker.open(now_);
      ByteBuffer bytes;
      encode(Connect{.version = ProtocolVersion::V5_0, .clean_start = false, .client_identifier = client}, bytes);
      encode(Subscribe{.packet_identifier = 1, .entries = {{.topic_filter = "#", .options = {}}}},
             ProtocolVersion::V5_0, bytes);
      broker.receive(id, bytes.view(), now_);
      broker.consume_output(id, broker.output(id).size());
    }
    [[maybe_unused]] const auto published = broker.publish({.topic = "a/b", .qos = QoS::ExactlyOnce}, now_);
    broker.advance(now_ + 2 * kLongestSession);
  }

  // --- what holds after each step

  void check_statistics() const {
    const BrokerStatistics& now = broker_->statistics();
    demand(now.connections <= now.sessions, "each connected client has a session");
    demand(now.connections <= options_.maximum_connections, "no more clients than may be connected");
    demand(now.shared_subscriptions <= now.subscriptions, "shared subscriptions are subscriptions");
    demand(now.sessions > 0 || now.subscriptions == 0, "subscriptions belong to sessions");
    demand(options_.maximum_subscriptions == SIZE_MAX ||
               now.subscriptions <= now.sessions * options_.maximum_subscriptions,
           "no more subscriptions than a client may have");
    demand(now.queued_messages <= options_.maximum_queued_messages_in_all, "no more messages wait than may");
    demand(options_.maximum_queued_messages > 100 ||
               now.queued_messages <= now.sessions * options_.maximum_queued_messages,
           "no more messages wait for a client than may");
    demand((now.queued_messages == 0) == (now.queued_bytes == 0), "messages that wait have bytes");
    demand(now.retained_messages <= kTopics, "there are no more retained messages than topics");
    demand(!has_journal_ || journal_.count('6') == now.retained_messages, "the journal has what is retained");
  }

  // Nobody is there and every session's time is over.
  void finish() {
    for (auto& wire : wires_)
      lose(wire);
    advance(kLongestSession + 1s);
    const BrokerStatistics& now = broker_->statistics();
    demand(now.connections == 0 && now.sessions == 0 && now.subscriptions == 0, "sessions end");
    demand(now.queued_messages == 0 && now.queued_bytes == 0, "what waited went with its session");
    for (const char kind : {'2', '3', '4', '5'})
      demand(journal_.count(kind) == 0, "the journal forgets what a session had");
    demand(journal_.count('1') == journal_.count('6'),
           "the journal keeps the messages that are retained, and no others");
  }

  Choices choices_;
  bool has_journal_;
  bool has_authority_;
  BrokerOptions options_;
  test::MemoryJournal journal_;
  WordAuthority authority_;
  EndsOnce observer_;
  Instant now_{1h};
  std::unique_ptr<Broker> broker_;
  std::array<std::optional<Wire>, 4> wires_;
};

}  // namespace
}  // namespace mqtt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mqtt::fuzz::BrokerScript(mqtt::fuzz::Choices({data, size})).run();
  return 0;
}
