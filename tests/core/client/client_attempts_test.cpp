// A client before hosts, servers and users that do anything at any time: it comes back when it is due, or nobody wants
// it to. The sequences are made by a generator, the same ones in every run.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "mqtt/client/client.h"
#include "mqtt/codec/encode.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;

constexpr Duration kConnectTimeout = 10s;
constexpr Duration kLongestPause = 36s;  // 30 s and its jitter

// Notes what a host has to do, and which operations have not ended.
class Host : public ClientListener {
 public:
  void on_reconnect_due() override { is_due = true; }
  void on_published(OperationToken token, PacketIdentifier, ReasonCode, const Properties&) override { end(token); }
  void on_subscribed(OperationToken token, const Suback&) override { end(token); }
  void on_operation_failed(OperationToken token, const Error&) override { end(token); }
  void on_closing(const Error&) override { ++closings; }

  void end(OperationToken token) { EXPECT_EQ(open.erase(token), 1U) << "an operation ends once: " << token; }

  bool is_due = false;
  int closings = 0;
  std::set<OperationToken> open;
};

class Life {
 public:
  explicit Life(unsigned seed) : random_(seed), client_(options(), host_) {}

  void run() {
    for (int step = 0; step < 60 && !::testing::Test::HasFailure(); ++step) {
      act();
      check();
    }
    come_back();
    end();
    if (::testing::Test::HasFailure()) ADD_FAILURE() << history_;
  }

 private:
  int below(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  bool maybe() { return below(2) == 0; }

  ClientOptions options() {
    is_enabled_ = below(4) != 0;
    return {.reconnect = {.enabled = is_enabled_, .factor = maybe() ? 1.0 : 2.0},
            .connect_timeout = kConnectTimeout,
            .falls_back_to_3_1_1 = maybe(),
            .keeps_session = maybe(),
            .random_seed = random_()};
  }

  void note(const char* what) { (history_ += ' ') += what; }

  void act() {
    switch (below(12)) {
      case 0:
      case 1:
        return transport();
      case 2:
      case 3:
      case 4:
        return server();
      case 5:
        return user();
      case 6:
        return wish();
      case 7:
      case 8:
        return pass();
      default:
        return do_what_is_due();
    }
  }

  // --- the host

  void start() {
    note("start");
    host_.is_due = false;
    has_transport_ = is_open_ = false;
    is_wanted_ = is_enabled_;
    client_.start_attempt(now_);
    has_transport_ = true;
  }

  void open() {
    note("open");
    Connect connect{.version = maybe() ? ProtocolVersion::V5_0 : ProtocolVersion::V3_1_1,
                    .clean_start = maybe(),
                    .keep_alive = static_cast<std::uint16_t>(below(2) * 5),
                    .client_identifier = "a"};
    is_open_ = client_.transport_opened(connect, now_).has_value();
  }

  void lose() {
    note("lose");
    has_transport_ = is_open_ = false;
    client_.transport_closed(now_);
    due_ = client_.next_deadline();
  }

  void transport() {
    if (!has_transport_) return;
    if (!is_open_ && maybe()) return open();
    lose();
  }

  void do_what_is_due() {
    if (client_.should_close()) return lose();
    if (host_.is_due) return start();
    if (has_transport_ && !is_open_) open();
  }

  // --- the server

  template <typename Packet>
  void says(const Packet& packet) {
    ByteBuffer bytes;
    if constexpr (requires { encode(packet, client_.version(), bytes); }) {
      encode(packet, client_.version(), bytes);
    } else {
      encode(packet, bytes);
    }
    client_.receive(bytes.view(), now_);
  }

  void server() {
    if (!is_open_) return;
    constexpr ReasonCode kRefusals[] = {ReasonCode::UnsupportedProtocolVersion, ReasonCode::NotAuthorized,
                                        ReasonCode::ServerUnavailable};
    constexpr ReasonCode kGoodbyes[] = {ReasonCode::SessionTakenOver, ReasonCode::ServerShuttingDown};
    note("server");
    switch (below(7)) {
      case 0:
        return says(Connack{.reason = kRefusals[below(3)]});
      case 1:
        return says(Disconnect{.reason = kGoodbyes[below(2)]});
      case 2:
        return client_.receive(as_bytes("HTTP/1.1 400 Bad Request"), now_);
      case 3:
        return client_.receive(as_bytes(std::string("\x20\x02\x00\x01", 4)), now_);
      case 4:
        return client_.receive(as_bytes(std::string("\x20", 1)), now_);
      default:
        return says(Connack{.session_present = below(3) == 0});
    }
  }

  // --- the user

  void user() {
    has_begun_ = true;
    switch (below(4)) {
      case 0:
        note("reconnect");
        is_wanted_ = true;
        due_ = kNever;
        return client_.reconnect(now_);
      case 1:
        note("stop");
        is_wanted_ = false;
        host_.is_due = false;
        return client_.stop_reconnecting();
      case 2:
        note("disconnect");
        is_wanted_ = false;
        host_.is_due = false;
        return client_.disconnect({}, now_);
      default:
        return start();
    }
  }

  void wish() {
    note("wish");
    const OperationToken token = ++last_token_;
    host_.open.insert(token);
    Subscribe subscribe;
    subscribe.entries.push_back({"t", {}});
    const auto done = maybe() ? client_.subscribe(subscribe, token, now_)
                              : client_.publish({.topic = "t", .qos = static_cast<QoS>(below(3))}, token, now_);
    if (!done) host_.end(token);
  }

  void pass() {
    constexpr Duration kTimes[] = {0ms, 1ms, 900ms, 3s, 5s, 20s};
    note("pass");
    pass(kTimes[below(6)]);
  }

  void pass(Duration duration) {
    const Instant end = now_ + duration;
    while (client_.next_deadline() <= end) {
      now_ = std::max(now_, client_.next_deadline());
      const bool was_pausing = is_pausing();
      ASSERT_GT(client_.advance(now_), now_) << "a deadline that has come is left";
      if (was_pausing) {
        EXPECT_TRUE(host_.is_due);
        EXPECT_TRUE(due_ == kNever || due_ == now_) << "the next attempt comes when it was due";
        due_ = kNever;
      }
      drain();
    }
    now_ = end;
    client_.advance(now_);
  }

  void drain() { client_.consume_output(client_.output().size()); }
  bool is_pausing() const { return !has_transport_ && client_.next_deadline() != kNever; }

  // --- what must hold

  void check() {
    drain();
    const Instant next = client_.next_deadline();
    if (has_transport_) {
      EXPECT_FALSE(host_.is_due);
      if (client_.connected() || client_.should_close()) return;
      EXPECT_LE(next, now_ + kConnectTimeout) << "an attempt is given up in time";
    } else if (host_.is_due) {
      EXPECT_TRUE(is_wanted_ || next == kNever);
    } else if (is_wanted_ && has_begun_) {
      EXPECT_LE(next, now_ + kLongestPause) << "an attempt follows";
    } else if (has_begun_ && !client_.falls_back()) {
      EXPECT_EQ(next, kNever) << "nobody wants an attempt";
      EXPECT_TRUE(host_.open.empty()) << "an operation waits for nothing";
    }
  }

  // A host, a network and a server that do what they should: the client is connected in the time of one pause.
  void come_back() {
    if (!is_wanted_) {
      is_wanted_ = true;
      client_.reconnect(now_);
      due_ = kNever;
    }
    const Instant patience = now_ + kLongestPause + kConnectTimeout + kConnectTimeout;
    while (!client_.connected() && now_ < patience && !::testing::Test::HasFailure()) {
      do_what_is_due();
      if (is_open_ && !client_.connected() && !client_.should_close()) says(Connack{});
      if (is_open_) drain();
      if (!client_.connected()) pass(100ms);
    }
    if (client_.should_close()) lose();
    EXPECT_TRUE(client_.connected() || !is_enabled_) << "it does not come back";
  }

  void end() {
    client_.disconnect({}, now_);
    if (has_transport_) lose();
    EXPECT_TRUE(host_.open.empty()) << "an operation does not end";
    EXPECT_EQ(client_.next_deadline(), kNever);
  }

  std::mt19937 random_;
  bool is_enabled_ = true;
  Host host_;
  Client client_;
  Instant now_{1h};
  bool has_transport_ = false;  // dialled, open or to be closed
  bool is_open_ = false;
  bool has_begun_ = false;  // the user has said something
  bool is_wanted_ = false;  // another attempt, behind the present one
  Instant due_ = kNever;    // the next attempt, if nothing has changed it since
  OperationToken last_token_ = kNoToken;
  std::string history_;
};

TEST(Attempts, FollowOneAnotherWhateverHappens) {
  for (unsigned seed = 0; seed < 3'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life(seed).run();
    if (::testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace mqtt::test
