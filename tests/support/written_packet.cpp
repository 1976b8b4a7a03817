// Lines of text as packets: a lexer of words, quoted texts and brackets, and a reader for each packet.
#include "support/written_packet.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

#include "mqtt/codec/encode.h"
#include "support/property_names.h"

namespace mqtt::test {

namespace {

struct Token {
  enum class Kind { Word, Quoted, Sign, End } kind = Kind::End;
  std::string_view text;
  std::size_t times = 1;  // of a quoted one

  bool is(std::string_view wanted) const { return kind != Kind::Quoted && kind != Kind::End && text == wanted; }
};

}  // namespace

class PacketParser {
 public:
  explicit PacketParser(WrittenPacket& out) : out_(out), line_(out.line_) { advance(); }

  void parse() {
    const std::string_view name = word();
    if (name == "CONNECT") {
      out_.packet_ = connect();
    } else if (name == "CONNACK") {
      out_.packet_ = connack();
    } else if (name == "PUBLISH") {
      out_.packet_ = publish();
    } else if (name == "SUBSCRIBE") {
      out_.packet_ = subscribe();
    } else if (name == "SUBACK") {
      out_.packet_ = with_reasons<Suback>();
    } else if (name == "UNSUBSCRIBE") {
      out_.packet_ = unsubscribe();
    } else if (name == "UNSUBACK") {
      out_.packet_ = with_reasons<Unsuback>();
    } else if (name == "PINGREQ") {
      out_.packet_ = Pingreq{};
    } else if (name == "PINGRESP") {
      out_.packet_ = Pingresp{};
    } else if (name == "DISCONNECT") {
      out_.packet_ = Disconnect{optional_reason(), properties()};
    } else if (name == "AUTH") {
      out_.packet_ = Auth{optional_reason(), properties()};
    } else {
      out_.packet_ = publish_response(name);
    }
    if (token_.kind != Token::Kind::End) fail("something behind its end");
  }

 private:
  Connect connect() {
    Connect packet;
    packet.version = out_.version_;
    packet.client_identifier = text();
    while (token_.kind == Token::Kind::Word) {
      const std::string_view key = word();
      if (key == "3.1") {
        packet.version = ProtocolVersion::V3_1;
      } else if (key == "3.1.1") {
        packet.version = ProtocolVersion::V3_1_1;
      } else if (key == "5.0") {
        packet.version = ProtocolVersion::V5_0;
      } else if (key == "persistent") {
        packet.clean_start = false;
      } else if (key == "bridge") {
        packet.is_bridge = true;
      } else if (key == "will") {
        packet.will = will();
      } else if (const std::string_view value = value_of(key, "keep_alive"); !value.empty()) {
        packet.keep_alive = static_cast<std::uint16_t>(number(value));
      } else if (const std::string_view user = value_of(key, "user"); !user.empty()) {
        packet.user_name = user;
      } else if (const std::string_view password = value_of(key, "password"); !password.empty()) {
        packet.password = as_bytes(password);
      } else {
        fail("an unknown word");
      }
    }
    packet.properties = properties();
    return packet;
  }

  Will will() {
    Will will;
    sign("(");
    will.topic = text();
    if (token_.kind == Token::Kind::Quoted) will.payload = as_bytes(text());
    while (token_.kind == Token::Kind::Word) {
      const std::string_view key = word();
      if (key.starts_with("qos")) {
        will.qos = static_cast<QoS>(number(key.substr(3)));
      } else if (key == "retain") {
        will.retain = true;
      } else {
        fail("an unknown word in the will");
      }
    }
    will.properties = properties();
    sign(")");
    return will;
  }

  Connack connack() {
    Connack packet;
    packet.reason = reason(word());
    if (token_.is("session-present")) {
      advance();
      packet.session_present = true;
    }
    packet.properties = properties();
    return packet;
  }

  Publish publish() {
    Publish packet;
    packet.topic = text();
    if (token_.kind == Token::Kind::Quoted) packet.payload = as_bytes(text());
    while (token_.kind == Token::Kind::Word) {
      const std::string_view key = word();
      if (key.starts_with("qos")) {
        packet.qos = static_cast<QoS>(number(key.substr(3)));
      } else if (key.starts_with("id")) {
        packet.packet_identifier = static_cast<PacketIdentifier>(number(key.substr(2)));
      } else if (key == "dup") {
        packet.dup = true;
      } else if (key == "retain") {
        packet.retain = true;
      } else {
        fail("an unknown word");
      }
    }
    packet.properties = properties();
    return packet;
  }

  PublishResponse publish_response(std::string_view name) {
    PublishResponse packet;
    for (const PacketType type : {PacketType::Puback, PacketType::Pubrec, PacketType::Pubrel, PacketType::Pubcomp}) {
      if (name == packet_type_name(type)) packet.type = type;
    }
    if (name != packet_type_name(packet.type)) fail("an unknown packet");
    packet.packet_identifier = identifier();
    packet.reason = optional_reason();
    packet.properties = properties();
    return packet;
  }

  Subscribe subscribe() {
    Subscribe packet;
    packet.packet_identifier = identifier();
    do {
      SubscribeEntry& entry = packet.entries.emplace_back();
      entry.topic_filter = text();
      while (token_.kind == Token::Kind::Word)
        subscription_option(word(), entry.options);
    } while (comma());
    packet.properties = properties();
    return packet;
  }

  void subscription_option(std::string_view key, SubscriptionOptions& options) {
    constexpr std::string_view kRetainHandling = "retain_handling";
    if (key.starts_with("qos")) {
      options.maximum_qos = static_cast<QoS>(number(key.substr(3)));
    } else if (key == "no_local") {
      options.no_local = true;
    } else if (key == "retain_as_published") {
      options.retain_as_published = true;
    } else if (key.starts_with(kRetainHandling)) {
      options.retain_handling = static_cast<RetainHandling>(number(key.substr(kRetainHandling.size())));
    } else {
      fail("an unknown subscription option");
    }
  }

  Unsubscribe unsubscribe() {
    Unsubscribe packet;
    packet.packet_identifier = identifier();
    do
      packet.topic_filters.push_back(text());
    while (comma());
    packet.properties = properties();
    return packet;
  }

  template <typename T>
  T with_reasons() {
    T packet;
    packet.packet_identifier = identifier();
    if (token_.is("[")) {
      advance();
      while (token_.kind == Token::Kind::Word) {
        const std::string_view name = word();
        const bool is_granted_qos = name == "0" || name == "1" || name == "2";
        packet.reasons.push_back(is_granted_qos ? static_cast<ReasonCode>(number(name)) : reason(name));
      }
      sign("]");
    }
    packet.properties = properties();
    return packet;
  }

  Properties properties() {
    Properties properties;
    if (!token_.is("{")) return properties;
    advance();
    while (token_.kind == Token::Kind::Word) {
      const std::string_view key = word();
      const std::string_view name = key.substr(0, key.find('='));
      const std::string_view value = value_of(key, name);
      bool found = false;
      for_each_property(properties, [&](std::string_view candidate, auto& member) {
        if (candidate != name) return;
        set(member, value);
        found = true;
      });
      if (!found) fail("an unknown property");
    }
    sign("}");
    return properties;
  }

  template <typename T>
  void set(std::optional<T>& member, std::string_view value) {
    if constexpr (std::is_integral_v<T>) {
      member = static_cast<T>(number(value));
    } else if constexpr (std::is_same_v<T, Bytes>) {
      member = as_bytes(value);
    } else {
      member = value;
    }
  }
  void set(std::vector<std::uint32_t>& member, std::string_view value) {
    member.push_back(static_cast<std::uint32_t>(number(value)));
  }
  void set(std::vector<UserProperty>& member, std::string_view value) {
    const std::size_t colon = value.find(':');
    if (colon == std::string_view::npos) fail("a user property is name:value");
    member.push_back({value.substr(0, colon), value.substr(colon + 1)});
  }

  PacketIdentifier identifier() {
    if (token_.kind != Token::Kind::Word || !token_.text.starts_with("id")) return 0;
    return static_cast<PacketIdentifier>(number(word().substr(2)));
  }
  ReasonCode optional_reason() { return token_.kind == Token::Kind::Word ? reason(word()) : ReasonCode::Success; }
  ReasonCode reason(std::string_view name) {
    for (int code = 0; code <= 0xFF; ++code) {
      if (reason_word(static_cast<ReasonCode>(code)) == name) return static_cast<ReasonCode>(code);
    }
    fail("an unknown reason code");
  }

  // --- tokens

  // The value of key=value; empty for another key. It may be quoted.
  std::string_view value_of(std::string_view key, std::string_view name) {
    if (!key.starts_with(name) || key.substr(name.size(), 1) != "=") return {};
    const std::string_view value = key.substr(name.size() + 1);
    return value.empty() ? text() : value;
  }
  std::uint64_t number(std::string_view digits) {
    std::uint64_t value = 0;
    if (digits.empty()) fail("a number is missing");
    for (const char digit : digits) {
      if (digit < '0' || digit > '9') fail("not a number");
      value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return value;
  }
  std::string_view word() {
    if (token_.kind != Token::Kind::Word) fail("a word is missing");
    const std::string_view word = token_.text;
    advance();
    return word;
  }
  std::string_view text() {
    if (token_.kind != Token::Kind::Word && token_.kind != Token::Kind::Quoted) fail("a text is missing");
    std::string_view text = token_.text;
    if (token_.times != 1) {
      std::string& repeated = out_.texts_.emplace_back();
      for (std::size_t i = 0; i < token_.times; ++i)
        repeated += text;
      text = repeated;
    }
    advance();
    return text;
  }
  void sign(std::string_view wanted) {
    if (token_.kind != Token::Kind::Sign || token_.text != wanted) fail("a bracket is missing");
    advance();
  }
  bool comma() {
    if (!token_.is(",")) return false;
    advance();
    return true;
  }

  void advance() {
    constexpr std::string_view kSigns = "(){}[],";
    while (at_ < line_.size() && line_[at_] == ' ')
      ++at_;
    if (at_ == line_.size()) {
      token_ = {};
    } else if (line_[at_] == '\'') {
      const std::size_t end = line_.find('\'', at_ + 1);
      if (end == std::string_view::npos) fail("a quote that does not end");
      token_ = {Token::Kind::Quoted, line_.substr(at_ + 1, end - at_ - 1), 1};
      at_ = end + 1;
      if (at_ < line_.size() && line_[at_] == 'x') token_.times = repetitions();
    } else if (kSigns.find(line_[at_]) != std::string_view::npos) {
      token_ = {Token::Kind::Sign, line_.substr(at_++, 1), 1};
    } else {
      const std::size_t begin = at_;
      while (at_ < line_.size() && line_[at_] != ' ' && line_[at_] != '\'' &&
             kSigns.find(line_[at_]) == std::string_view::npos)
        ++at_;
      token_ = {Token::Kind::Word, line_.substr(begin, at_ - begin), 1};
    }
  }
  std::size_t repetitions() {
    const std::size_t begin = ++at_;
    while (at_ < line_.size() && std::isdigit(static_cast<unsigned char>(line_[at_])) != 0)
      ++at_;
    return number(line_.substr(begin, at_ - begin));
  }

  [[noreturn]] void fail(const char* why) const {
    std::fprintf(stderr, "\"%.*s\", before byte %zu: %s\n", static_cast<int>(line_.size()), line_.data(), at_, why);
    std::abort();
  }

  WrittenPacket& out_;
  std::string_view line_;
  std::size_t at_ = 0;
  Token token_;
};

WrittenPacket::WrittenPacket(std::string_view line, ProtocolVersion version) : version_(version), line_(line) {
  PacketParser(*this).parse();
}

std::vector<std::uint8_t> WrittenPacket::bytes() const {
  ByteBuffer out;
  encode(packet_, version_, out);
  return {out.data(), out.data() + out.size()};
}

}  // namespace mqtt::test
