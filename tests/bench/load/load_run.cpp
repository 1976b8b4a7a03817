// One epoll loop: publishers send as far as their window or their pace goes, subscribers count and acknowledge.
#include "load_run.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "histogram.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"

namespace wasmqtt::load {

namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t now_nanoseconds() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count());
}

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// utime + stime of another process, fields 14 and 15 of /proc/<pid>/stat.
double cpu_seconds_of(int pid) {
  if (pid == 0) return 0;
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// The first 16 bytes of each payload.
struct Stamp {
  std::uint32_t publisher;
  std::uint32_t sequence;  // from 1
  std::uint64_t sent_at;   // nanoseconds of the monotonic clock
};

struct Publisher {
  Peer peer;
  std::uint32_t index;
  std::uint32_t sequence = 0;
  mqtt::ByteBuffer packet;  // a whole PUBLISH; identifier and stamp are patched in
  std::size_t identifier_offset = 0;
  std::size_t stamp_offset = 0;
  std::vector<std::uint16_t> free_identifiers;
};

struct Subscriber {
  Peer peer;
  std::vector<std::uint32_t> last_sequence;  // by publisher
};

class Experiment {
 public:
  explicit Experiment(const Options& options) : options_(options) {
    // Else the kernel rounds up each wait by 50 us.
    prctl(PR_SET_TIMERSLACK, 1UL);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    connect();
  }
  ~Experiment() { close(epoll_); }

  Report run() {
    const auto seconds = [](double count) { return static_cast<std::uint64_t>(count * 1e9); };
    started_at_ = now_nanoseconds();
    turn_until(started_at_ + seconds(options_.warm_up_seconds));
    measuring_ = true;
    const std::uint64_t begin = now_nanoseconds();
    const double own = own_cpu_seconds();
    const double server = cpu_seconds_of(options_.server_pid);
    turn_until(begin + seconds(options_.seconds));
    measuring_ = false;
    report_.seconds = static_cast<double>(now_nanoseconds() - begin) / 1e9;
    report_.own_cpu = (own_cpu_seconds() - own) / report_.seconds;
    report_.server_cpu = (cpu_seconds_of(options_.server_pid) - server) / report_.seconds;
    drain();
    for (const double share : {0.5, 0.9, 0.99, 0.999})
      report_.latency_percentiles_us.push_back(latencies_.percentile(share));
    for (const double share : {0.5, 0.99})
      report_.lateness_percentiles_us.push_back(lateness_.percentile(share));
    return report_;
  }

 private:
  void connect() {
    for (std::uint32_t i = 0; i < options_.subscribers; ++i) {
      Peer peer(options_, "load-subscriber-" + std::to_string(i));
      peer.subscribe("load/+", options_.qos);
      subscribers_.push_back({std::move(peer), std::vector<std::uint32_t>(options_.publishers)});
    }
    for (std::uint32_t i = 0; i < options_.stalled; ++i) {
      stalled_.emplace_back(options_, "load-stalled-" + std::to_string(i));
      stalled_.back().subscribe("load/+", options_.qos);
      stalled_.back().subscribe(kFillTopic, 0);
    }
    Options to_publisher_port = options_;
    if (options_.publisher_port != 0) {
      to_publisher_port.port = options_.publisher_port;
      to_publisher_port.websocket = false;
    }
    for (std::uint32_t i = 0; i < options_.publishers; ++i) {
      Publisher publisher{Peer(to_publisher_port, "load-publisher-" + std::to_string(i)), i, 0, {}, 0, 0, {}};
      prepare(publisher);
      publishers_.push_back(std::move(publisher));
    }
    if (!stalled_.empty()) fill_the_stalled();
    for (std::size_t i = 0; i < subscribers_.size(); ++i)
      watch(subscribers_[i].peer, i);
    for (std::size_t i = 0; i < publishers_.size(); ++i)
      watch(publishers_[i].peer, subscribers_.size() + i);
  }

  // More than the kernel and the broker keep for who reads nothing, so that the measured time begins with full queues.
  void fill_the_stalled() {
    constexpr std::size_t kMessages = 512;
    const std::vector<std::uint8_t> payload(64 * 1024);
    mqtt::Publish fill;
    fill.topic = kFillTopic;
    fill.payload = payload;
    Peer& peer = publishers_.front().peer;
    for (std::size_t i = 0; i < kMessages; ++i) {
      encode(fill, peer.version(), peer.out());
      peer.flush_all();
    }
  }

  void watch(Peer& peer, std::size_t number) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u64 = number;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.socket(), &event);
  }

  void prepare(Publisher& publisher) {
    const std::string topic = "load/" + std::to_string(publisher.index);
    const std::vector<std::uint8_t> payload(options_.payload_bytes, 'x');
    mqtt::Publish publish;
    publish.topic = topic;
    publish.payload = payload;
    publish.qos = static_cast<mqtt::QoS>(options_.qos);
    publish.packet_identifier = options_.qos == 0 ? 0 : 1;
    publisher.identifier_offset = encode_publish_head(publish, publisher.peer.version(), publisher.packet);
    publisher.stamp_offset = publisher.packet.size();
    publisher.packet.append(payload);
    if (options_.qos == 0) return;
    for (std::uint32_t i = options_.in_flight; i > 0; --i)
      publisher.free_identifiers.push_back(static_cast<std::uint16_t>(i));
  }

  void turn_until(std::uint64_t end) {
    while (now_nanoseconds() < end) {
      publish();
      turn(until_next_message());
    }
  }

  // Serves the sockets that are ready; waits for one so long. Paced, it sleeps between messages: a generator that spins
  // uses up its share of the processor, and is late when it matters.
  void turn(std::uint64_t nanoseconds) {
    epoll_event events[256];
    const timespec timeout{static_cast<time_t>(nanoseconds / 1'000'000'000),
                           static_cast<long>(nanoseconds % 1'000'000'000)};
    const int count = epoll_pwait2(epoll_, events, 256, &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
      const std::size_t number = events[i].data.u64;
      if (number < subscribers_.size()) {
        serve(subscribers_[number]);
      } else {
        serve(publishers_[number - subscribers_.size()]);
      }
    }
  }

  std::uint64_t until_next_message() const {
    if (options_.messages_per_second == 0) return kPatienceNanoseconds;
    const std::uint64_t now = now_nanoseconds();
    const std::uint64_t due = due_at(total_sent_ + 1);
    return due > now ? due - now : 0;
  }

  std::uint64_t due_at(std::uint64_t message) const {
    return started_at_ + message * 1'000'000'000 / options_.messages_per_second;
  }

  std::uint64_t budget() const {
    if (options_.messages_per_second == 0) return UINT64_MAX;
    const std::uint64_t elapsed = now_nanoseconds() - started_at_;
    const std::uint64_t due = elapsed * options_.messages_per_second / 1'000'000'000;
    return due > total_sent_ ? due - total_sent_ : 0;
  }

  // QoS 0 has no acknowledgement: what is on the way is bounded here, since a broker may drop what its subscribers are
  // too slow for.
  bool window_is_open() const {
    const std::uint64_t on_the_way = total_sent_ * subscribers_.size() - total_received_ - report_.lost;
    return options_.qos != 0 || on_the_way * options_.payload_bytes < options_.window_bytes;
  }

  void publish() {
    constexpr std::size_t kBatchBytes = 64 * 1024;
    std::uint64_t left = budget();
    for (Publisher& publisher : publishers_) {
      if (publisher.peer.unsent() > 0 && !publisher.peer.flush()) continue;
      while (left > 0 && publisher.peer.out().size() < kBatchBytes && window_is_open()) {
        if (options_.qos != 0 && publisher.free_identifiers.empty()) break;
        append_publish(publisher);
        if (left != UINT64_MAX) --left;
      }
      publisher.peer.flush();
    }
  }

  void append_publish(Publisher& publisher) {
    std::uint8_t* at = publisher.peer.out().extend(publisher.packet.size());
    std::memcpy(at, publisher.packet.data(), publisher.packet.size());
    if (options_.qos != 0) {
      mqtt::ByteBuffer::store_u16(at + publisher.identifier_offset, publisher.free_identifiers.back());
      publisher.free_identifiers.pop_back();
    }
    const Stamp stamp{publisher.index, ++publisher.sequence, now_nanoseconds()};
    std::memcpy(at + publisher.stamp_offset, &stamp, sizeof stamp);
    ++total_sent_;
    if (!measuring_) return;
    ++report_.sent;
    if (options_.messages_per_second != 0) lateness_.add(stamp.sent_at - due_at(total_sent_));
  }

  void serve(Publisher& publisher) {
    bool more = true;
    while (more) {
      more = publisher.peer.receive(buffer_, [&](const mqtt::Frame& frame) { acknowledge(publisher, frame); });
    }
    publisher.peer.flush();
  }

  void acknowledge(Publisher& publisher, const mqtt::Frame& frame) {
    if (!decode_publish_response(frame, publisher.peer.version(), response_))
      throw std::runtime_error("the broker sent a publisher something else than an acknowledgement");
    if (frame.type == mqtt::PacketType::Pubrec)
      return respond(publisher.peer, mqtt::PacketType::Pubrel, response_.packet_identifier);
    publisher.free_identifiers.push_back(response_.packet_identifier);
  }

  void respond(Peer& peer, mqtt::PacketType type, mqtt::PacketIdentifier identifier) {
    encode_bare_response(type, identifier, mqtt::ReasonCode::Success, peer.version(), peer.out());
  }

  void serve(Subscriber& subscriber) {
    bool more = true;
    while (more) {
      received_at_ = now_nanoseconds();
      more = subscriber.peer.receive(buffer_, [&](const mqtt::Frame& frame) { take(subscriber, frame); });
    }
    subscriber.peer.flush();
  }

  void take(Subscriber& subscriber, const mqtt::Frame& frame) {
    if (frame.type == mqtt::PacketType::Pubrel) {
      if (!decode_publish_response(frame, subscriber.peer.version(), response_))
        throw std::runtime_error("the broker sent a subscriber a malformed PUBREL");
      return respond(subscriber.peer, mqtt::PacketType::Pubcomp, response_.packet_identifier);
    }
    if (!decode_publish(frame, subscriber.peer.version(), publish_) || publish_.payload.size() < sizeof(Stamp)) {
      throw std::runtime_error("the broker sent a subscriber something else than the messages");
    }
    Stamp stamp;
    std::memcpy(&stamp, publish_.payload.data(), sizeof stamp);
    account(subscriber, stamp);
    if (publish_.qos == mqtt::QoS::AtLeastOnce)
      respond(subscriber.peer, mqtt::PacketType::Puback, publish_.packet_identifier);
    if (publish_.qos == mqtt::QoS::ExactlyOnce)
      respond(subscriber.peer, mqtt::PacketType::Pubrec, publish_.packet_identifier);
  }

  void account(Subscriber& subscriber, const Stamp& stamp) {
    std::uint32_t& last = subscriber.last_sequence.at(stamp.publisher);
    ++total_received_;
    if (stamp.sequence == last + 1) {
      last = stamp.sequence;
    } else if (stamp.sequence > last) {
      report_.lost += stamp.sequence - last - 1;
      last = stamp.sequence;
    } else if (stamp.sequence == last) {
      ++report_.duplicates;
    } else {
      ++report_.out_of_order;
    }
    if (!measuring_) return;
    ++report_.received;
    latencies_.add(received_at_ > stamp.sent_at ? received_at_ - stamp.sent_at : 0);
  }

  // Waits for what is still on the way, and counts as lost what does not come.
  void drain() {
    for (std::uint64_t last = UINT64_MAX; last != total_received_;) {
      last = total_received_;
      const std::uint64_t end = now_nanoseconds() + 500'000'000;
      while (now_nanoseconds() < end && total_received_ < total_sent_ * subscribers_.size()) {
        for (Publisher& publisher : publishers_)
          publisher.peer.flush();
        turn(kPatienceNanoseconds);
      }
    }
    for (const Subscriber& subscriber : subscribers_) {
      for (const Publisher& publisher : publishers_)
        report_.lost += publisher.sequence - subscriber.last_sequence[publisher.index];
    }
  }

  static constexpr const char* kFillTopic = "load-fill";
  static constexpr std::uint64_t kPatienceNanoseconds = 10'000'000;

  const Options& options_;
  int epoll_ = -1;
  std::vector<Subscriber> subscribers_;
  std::vector<Publisher> publishers_;
  std::vector<Peer> stalled_;  // subscribers that never read
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(256 * 1024);
  mqtt::Publish publish_;
  mqtt::PublishResponse response_;
  std::uint64_t started_at_ = 0;
  std::uint64_t received_at_ = 0;
  std::uint64_t total_sent_ = 0;
  std::uint64_t total_received_ = 0;
  bool measuring_ = false;
  Histogram latencies_;
  Histogram lateness_;  // of paced messages, against the time they were due
  Report report_;
};

}  // namespace

Report run(const Options& options) {
  return Experiment(options).run();
}

std::string Report::to_json(const Options& options) const {
  std::ostringstream json;
  json.precision(6);
  json << "{\"transport\":\"" << (options.websocket ? "ws" : "tcp") << "\",\"protocol\":" << int{options.version}
       << ",\"qos\":" << int{options.qos} << ",\"publishers\":" << options.publishers
       << ",\"subscribers\":" << options.subscribers << ",\"payload\":" << options.payload_bytes
       << ",\"seconds\":" << seconds << ",\"sent\":" << sent << ",\"received\":" << received
       << ",\"received_per_second\":" << static_cast<std::uint64_t>(static_cast<double>(received) / seconds)
       << ",\"lost\":" << lost << ",\"duplicates\":" << duplicates << ",\"out_of_order\":" << out_of_order
       << ",\"own_cpu\":" << own_cpu << ",\"server_cpu\":" << server_cpu
       << ",\"latency_us\":{\"p50\":" << latency_percentiles_us[0] << ",\"p90\":" << latency_percentiles_us[1]
       << ",\"p99\":" << latency_percentiles_us[2] << ",\"p99.9\":" << latency_percentiles_us[3]
       << "},\"lateness_us\":{\"p50\":" << lateness_percentiles_us[0] << ",\"p99\":" << lateness_percentiles_us[1]
       << "}}";
  return json.str();
}

}  // namespace wasmqtt::load
