// A script of what a server, the clock and an application do -> a client that stays within the standard and the
// server's limits, and answers every operation once.
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "fuzz/support/choices.h"
#include "fuzz/support/demand.h"
#include "fuzz/support/made_packets.h"
#include "fuzz/support/other_end.h"
#include "mqtt/client/client.h"
#include "mqtt/codec/encode.h"
#include "mqtt/topic/topic_name.h"
#include "support/memory_journal.h"

namespace mqtt::fuzz {
namespace {

using namespace std::chrono_literals;

ClientOptions make_options(Choices& choices) {
  ClientOptions options;
  const std::uint8_t limits = choices.byte();
  options.reconnect.enabled = (limits & 1) == 0;
  options.resubscribe = (limits & 2) == 0;
  if ((limits & 4) != 0) options.subscribe_batch_size = 2;
  options.queue_qos_zero = (limits & 8) == 0;
  if ((limits & 16) != 0) options.maximum_queued_messages = 3;
  if ((limits & 32) != 0) options.maximum_queued_bytes = 500;
  if ((limits & 64) != 0) options.maximum_automatic_topic_aliases = 2;
  options.acknowledged_by_host = (limits & 128) != 0;
  return options;
}

// The operations that were begun, and that each ends once.
class Operations : public ClientListener {
 public:
  OperationToken begin() {
    open.insert(++last);
    return last;
  }
  // That it was refused at once.
  void end(OperationToken token) {
    if (token != kNoToken) demand(open.erase(token) == 1, "an operation ends once, and none that was not begun");
  }

  void on_message(const Publish& publish) override {
    demand(is_valid_topic_name(publish.topic), "a message has a topic");
    if (publish.qos != QoS::AtMostOnce) arrived.push_back(publish.packet_identifier);
    for (const std::uint8_t byte : publish.payload)
      sum_ += byte;  // all of it can be read
  }
  void on_published(OperationToken token, PacketIdentifier, ReasonCode, const Properties&) override { end(token); }
  void on_subscribed(OperationToken token, const Suback&) override { end(token); }
  void on_unsubscribed(OperationToken token, const Unsuback&) override { end(token); }
  void on_operation_failed(OperationToken token, const Error&) override { end(token); }
  bool wants_trace() const override { return true; }

  std::set<OperationToken> open;
  std::vector<PacketIdentifier> arrived;  // to be acknowledged, if the host is to do it
  OperationToken last = kNoToken;

 private:
  unsigned sum_ = 0;
};

class ClientScript {
 public:
  explicit ClientScript(Choices choices) : choices_(choices), options_(make_options(choices_)) { start(); }

  void run() {
    while (!choices_.empty()) {
      step();
      if (options_.acknowledged_by_host) acknowledge();
      deliver();
      check();
    }
    lose();
    check();
  }

 private:
  void step() {
    switch (choices_.below(20)) {
      case 0:
        return dial();
      case 1:
        return open();
      case 2:
      case 3:
        return connect();
      case 4:
        return say(choices_.take());
      case 5:
        return lose();
      case 6:
        return advance();
      case 7:
      case 8:
      case 9:
        return publish();
      case 10:
        return subscribe();
      case 11:
        return unsubscribe();
      case 12:
        return wish_rarely();
      case 13:
        reads_ = choices_.flag() ? SIZE_MAX : choices_.below(8);
        return;
      default:
        return say(make_server_packet(choices_));
    }
  }

  // --- the transport

  void dial() {
    if (is_dialing_ || server_) return;
    client_->start_attempt(now_);
    is_dialing_ = true;
  }

  void open() {
    if (!is_dialing_) return;
    const Connect connect = make_connect(choices_);
    if (!client_->transport_opened(connect, now_)) return lose();
    is_dialing_ = false;
    server_.emplace(Role::Server, connect.version);
  }

  // All the way, with any CONNACK.
  void connect() {
    dial();
    open();
    if (server_ && !client_->connected()) say(make_connack(choices_));
  }

  void lose() {
    is_dialing_ = false;
    server_.reset();
    client_->transport_closed(now_);
    demand(!client_->connected() && client_->output().empty(), "nothing is left of a transport");
  }

  void say(const Packet& packet) {
    ByteBuffer bytes;
    if (server_) encode(packet, server_->version(), bytes);
    say(bytes.view());
  }

  // Whole or in two pieces, in memory of its own that goes with the call.
  void say(Bytes bytes) {
    if (!server_) return;
    server_->says(bytes);
    const std::uint8_t cut = choices_.byte();
    const std::size_t first = cut % 4 == 0 ? std::min<std::size_t>(cut / 4, bytes.size()) : bytes.size();
    for (const Bytes piece : {bytes.first(first), bytes.subspan(first)}) {
      const std::vector<std::uint8_t> copy(piece.begin(), piece.end());
      client_->receive(copy, now_);
    }
  }

  void deliver() {
    while (server_ && !client_->output().empty()) {
      const std::size_t taken = server_->hears(client_->output(), reads_);
      if (taken == 0) break;
      client_->consume_output(taken);
    }
    if (client_->should_close() && (client_->output().empty() || !server_)) lose();
  }

  void advance() {
    static constexpr Duration kTimes[] = {0ms, 1ms, 999ms, 1s, 2s, 31s, 61s, 1001s};
    const Instant end = now_ + choices_.one_of(kTimes);
    while (client_->next_deadline() <= end) {
      now_ = std::max(now_, client_->next_deadline());
      const Instant next = client_->advance(now_);
      demand(next > now_, "no deadline that has come is left");
      demand(next == client_->next_deadline(), "advance() answers next_deadline()");
      deliver();
    }
    now_ = end;
    client_->advance(now_);
  }

  // --- the application

  OperationToken begin() { return choices_.rarely() ? kNoToken : operations_.begin(); }
  void note(const Result<void>& done, OperationToken token) {
    if (!done) operations_.end(token);
  }

  void publish() {
    Publish message = make_publish(choices_);
    if (choices_.rarely()) message.topic = as_text(choices_.take());
    if (choices_.rarely()) message.properties.content_type = as_text(choices_.take());
    const OperationToken token = begin();
    note(client_->publish(message, token, now_), token);
  }

  void subscribe() {
    Subscribe wish = make_subscribe(choices_);
    if (choices_.rarely()) wish.entries.front().topic_filter = as_text(choices_.take());
    const OperationToken token = begin();
    note(client_->subscribe(wish, token, now_), token);
  }

  void unsubscribe() {
    Unsubscribe wish = make_unsubscribe(choices_);
    if (choices_.rarely()) wish.topic_filters.front() = as_text(choices_.take());
    const OperationToken token = begin();
    note(client_->unsubscribe(wish, token, now_), token);
  }

  // One of those that arrived, in any order, or one that did not.
  void acknowledge() {
    static constexpr ReasonCode kReasons[] = {ReasonCode::Success, ReasonCode::Success, ReasonCode::QuotaExceeded,
                                              ReasonCode::NoMatchingSubscribers, ReasonCode::Banned};
    std::vector<PacketIdentifier>& arrived = operations_.arrived;
    if (arrived.empty() || choices_.flag()) return;
    const std::size_t index = choices_.byte() % arrived.size();
    const PacketIdentifier identifier = choices_.rarely() ? 7 : arrived[index];
    std::erase(arrived, identifier);
    if (choices_.rarely()) return client_->leave_unacknowledged(identifier, now_);
    Properties properties;
    const std::uint8_t said = choices_.byte();
    if ((said & 1) != 0) properties.reason_string = "the host says so";
    if ((said & 2) != 0) properties.user_properties = {{"key", "a value of some length"}};
    if ((said & 0x1C) == 0x1C) properties.reason_string = "\xFF";
    const bool is_said = client_->acknowledge(identifier, choices_.one_of(kReasons), properties, now_).has_value();
    demand(is_said || properties.reason_string == "\xFF", "an acknowledgement can be said");
  }

  void wish_rarely() {
    switch (choices_.below(6)) {
      case 4:
        return choices_.flag() ? kill_and_restore() : restore_damaged();
      case 0: {
        [[maybe_unused]] const auto sent = client_->authenticate(make_auth(choices_), now_);
        return;
      }
      case 1:
        return client_->disconnect(make_disconnect(choices_), now_);
      case 2:
        return client_->stop_reconnecting();
      case 3:
        client_->probe(now_);
        return;
      default: {
        const OperationToken token = operations_.last - choices_.below(4);
        const bool was_open = operations_.open.contains(token);
        const bool found = client_->discard(token);
        demand(!found || (was_open && !operations_.open.contains(token)), "what was discarded has ended");
      }
    }
  }

  // --- the journal

  void start() {
    client_ = std::make_unique<Client>(options_, operations_, &journal_);
    demand(journal_.restore_into(*client_).has_value(), "a client understands its own journal");
    demand(client_->in_flight() + client_->queued_messages() == journal_.count('1'),
           "a client has what its journal has");
  }

  void kill_and_restore() {
    const auto kept = journal_.records;
    client_.reset();
    journal_.records = kept;
    operations_.open.clear();
    is_dialing_ = false;
    server_.reset();
    start();
  }

  // A journal that something else has written into is refused, or makes a client that can be used.
  void restore_damaged() {
    test::MemoryJournal damaged = journal_;
    const std::uint8_t record = choices_.byte();
    const std::uint8_t where = choices_.byte();
    test::damage(damaged, record, where, choices_.byte());
    Operations operations;
    Client client(options_, operations, &damaged);
    if (!damaged.restore_into(client)) return;
    client.start_attempt(now_);
    demand(client.transport_opened({.clean_start = false, .client_identifier = "ann"}, now_).has_value(),
           "it connects");
    ByteBuffer connack;
    encode(Connack{.session_present = choices_.flag()}, ProtocolVersion::V3_1_1, connack);
    client.receive(connack.view(), now_);
    demand(client.connected(), "it is connected");
  }

  void check() const {
    demand(operations_.open.size() <= client_->queued_messages() + client_->in_flight(),
           "an operation that has not ended waits or is on its way");
    demand(journal_.count('1') <= client_->queued_messages() + client_->in_flight(),
           "the journal has no more than there is");
    demand(!client_->connected() || server_, "a client is connected by a transport");
    if (!server_) demand(client_->output().empty(), "there is nothing to send without a transport");
  }

  Choices choices_;
  ClientOptions options_;
  Operations operations_;
  test::MemoryJournal journal_;
  std::unique_ptr<Client> client_;
  Instant now_{1h};
  bool is_dialing_ = false;
  std::optional<OtherEnd> server_;  // while there is a transport
  std::size_t reads_ = SIZE_MAX;    // bytes that it takes of the output at a time
};

}  // namespace
}  // namespace mqtt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mqtt::fuzz::ClientScript(mqtt::fuzz::Choices({data, size})).run();
  return 0;
}
