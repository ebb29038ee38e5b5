// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia
import Foundation

/// Compares what is in a file with what its headers promise. Counts and lengths come first; where the
/// headers promise nothing, as in a stream, the file's end decides.
struct Completeness {
  private let survey: PacketSurvey
  private let isSound: Bool

  init(_ survey: PacketSurvey) {
    self.survey = survey
    isSound = survey.wanted.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
  }

  /// Throws `EquipoiseError` for a file of which a part is lost, beyond the last frame.
  func check() throws {
    if let damage { throw EquipoiseError.damaged(survey.container.file, damage) }
  }

  /// How a verdict is reached.
  private enum Verdict {
    case whole
    case damaged(String)
    /// The headers promise nothing.
    case unknown
  }

  private var damage: String? {
    let format = survey.container.format
    if format == "wav" { return WaveHeader(of: survey.container.file)?.damage }
    let ending = FileEnding(of: survey.container.file, format)
    for verdict in [count(ending), length(ending), total(ending)] {
      switch verdict {
      case .whole: return nil
      case .damaged(let what): return what
      case .unknown: continue
      }
    }
    return fault(ending) ?? hole
  }

  /// What is lost in the middle of a stream, whose headers promise nothing: time passes between two packets of
  /// the track, and something there is not what the container has.
  private var hole: String? {
    if isSound {
      let (end, gap) = (survey.track.end, survey.track.largestGap)
      guard survey.sawFault, gap > max(0.1, 4 * survey.track.packetLength) else { return nil }
      return SoundLength.share(max(0, end - gap), of: end)
    }
    let codec = survey.wanted.pointee.codecpar.pointee.codec_id
    // Their frames are equally far apart by the standard.
    let isRegular = [AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO].contains(codec)
    guard survey.sawFault || isRegular && survey.container.format == "mpeg",
      !survey.lacksTimestamps
    else { return nil }
    let unit = av_q2d(survey.wanted.pointee.time_base)
    let times = survey.timestamps.sorted()
    guard let first = times.first, let last = times.last else { return nil }
    let gap = zip(times.dropFirst(), times).map { Double($0 - $1) * unit }.max() ?? 0
    guard gap > 2.5 * survey.interval else { return nil }
    let frames = (Double(last - first) * unit / survey.interval).rounded() + 1
    return "\(times.count) of \(Int(min(frames, 1e9))) frames are there"
  }

  /// MP4's index lists every packet.
  private func count(_ ending: FileEnding) -> Verdict {
    guard survey.container.format.hasPrefix("mov") else { return .unknown }
    let promised = Int(avformat_index_get_entries_count(survey.wanted))
    let whole = survey.track.whole
    guard promised > 0 else { return .unknown }
    guard promised - whole <= 1 else {
      guard isSound, let length = seconds(survey.wanted.pointee.duration) else {
        return .damaged(
          "\(whole) of \(promised) \(isSound ? "packets of sound" : "frames") are there")
      }
      return .damaged(SoundLength.share(length * Double(whole) / Double(promised), of: length))
    }
    // The index of a file in fragments grows with every one of them.
    return survey.wanted.pointee.nb_frames > 0 ? .whole : .unknown
  }

  /// The length of a track that its own header tells, exactly but for AVI, which counts what was meant
  /// to be written.
  private func length(_ ending: FileEnding) -> Verdict {
    guard let promised = promisedLength else { return .unknown }
    let found = survey.track.end
    let unit = 1.01 * (isSound ? survey.track.packetLength : survey.interval)
    let isLoose = survey.container.format == "avi"
    let allowed =
      isLoose
      ? (fault(ending) == nil ? max(2 * unit, 0.25) : unit) : max(unit, min(0.1, promised / 100))
    guard promised - found > allowed else { return .whole }
    if isSound { return .damaged(SoundLength.share(found, of: promised)) }
    let frames = (promised / survey.interval).rounded()
    return .damaged("\(survey.track.whole) of \(Int(min(frames, 1e9))) frames are there")
  }

  private var promisedLength: Double? {
    let stream = survey.wanted.pointee
    let isTold =
      survey.container.context.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM
    switch survey.container.format {
    case "avi":
      // Such as 2^30 where the header was never completed.
      guard stream.nb_frames > 0, stream.nb_frames < 1 << 28 else { return nil }
      return seconds(stream.nb_frames)
    case "caf":
      let isCounted = stream.codecpar.pointee.codec_id.isPlain && stream.nb_frames > 0
      return isCounted
        ? Double(stream.nb_frames) / Double(stream.codecpar.pointee.sample_rate) : nil
    case "flac", "mp3", "aiff", "au": return isTold ? seconds(stream.duration) : nil
    default: return nil
    }
  }

  /// The length that the header tells of the whole file.
  private func total(_ ending: FileEnding) -> Verdict {
    let context = survey.container.context.pointee
    guard ["matroska,webm", "flv", "ivf", "asf"].contains(survey.container.format),
      context.duration_estimation_method == AVFMT_DURATION_FROM_STREAM, context.duration > 0
    else { return .unknown }
    let promised = Double(context.duration) / Double(AV_TIME_BASE)
    let short = promised - survey.end
    // Programs get lengths wrong: an intact end is believed more than a little difference.
    let isIntact = fault(ending) == nil
    let gap = survey.tracks.map(\.largestGap).max() ?? 0
    let allowed =
      isIntact ? max(1, promised / 20, 3 * gap) : 1.5 * survey.interval
    guard short > allowed else { return .whole }
    return .damaged(
      "it ends after \(SoundLength.text(max(0, survey.end))) of \(SoundLength.text(promised)) seconds"
    )
  }

  /// What is wrong with the file's end.
  private func fault(_ ending: FileEnding) -> String? {
    if ending.isZeroFilled, !survey.wanted.pointee.codecpar.pointee.codec_id.isPlain {
      return "its last \(ending.zeros) bytes are zeros, so its end is lost"
    }
    if ending.isCut || survey.endsWithin || endsWithShortPacket {
      return "the file ends in the middle of a packet, so its end is lost"
    }
    if ending.isForeign && !endsWithPacket || survey.endsBroken {
      return "what follows after \(SoundLength.text(max(0, survey.end))) seconds cannot be read"
    }
    return nil
  }

  /// Whether the last packet of FLV reaches to the file's end, but for headers.
  private var endsWithPacket: Bool {
    guard survey.container.format == "flv", let bytes = FileBytes(survey.container.file) else {
      return false
    }
    let last = survey.tracks.map(\.lastPlace).max() ?? 0
    return (0..<64).contains(bytes.count - last)
  }

  /// MP3 of a constant rate has packets of one size, to a byte; the beginning of another may follow.
  private var endsWithShortPacket: Bool {
    guard survey.container.format == "mp3", survey.track.packets > 8,
      let usual = survey.track.usualSize, usual.upperBound - usual.lowerBound <= 1
    else { return false }
    let rest = FileBytes(survey.container.file)?.bytes(at: survey.track.lastPlace, 2) ?? []
    return survey.track.lastSize < usual.lowerBound - 1
      || rest.first == 0xFF && rest.dropFirst().allSatisfy { $0 & 0xE0 == 0xE0 }
  }

  private func seconds(_ count: Int64) -> Double? {
    guard count != cmedia_no_timestamp, count > 0 else { return nil }
    return Double(count) * av_q2d(survey.wanted.pointee.time_base)
  }
}
