internal import EquipoiseKit
import Formats
import Foundation
import Messages
import SwiftProtobuf

/// What TensorBoard shows of a run, one event for each epoch: all numbers of the record, how s and the
/// masks are spread over a modality's depths, and the matrices of the measurements as pictures.
///
/// The bytes depend on nothing but the run's other files and `began`, so that a file that was begun
/// before can be checked and continued.
struct EventFile {
  /// Seconds since 1970 at which the run was begun; an event's time is this and the seconds of training.
  let began: Int

  /// What every file starts with.
  func head() throws -> Data {
    var event = Tensorboard_Event()
    event.wallTime = Double(began)
    event.fileVersion = "brain.Event:2"
    return TFRecord.frame(try event.serializedBytes())
  }

  /// The event of an epoch.
  ///
  /// - Parameters:
  ///   - record: its line.
  ///   - measurements: the epoch's file of matrices, which may be absent.
  /// - Returns: the framed event.
  /// - Throws: `FormatError` for a damaged file of measurements.
  func event(_ record: MetricsRecord, measurements: String) throws -> Data {
    var event = Tensorboard_Event()
    event.wallTime = Double(began) + (record["seconds"] ?? 0)
    event.step = Int64(record.epoch)
    event.summary.value =
      Self.scalars(record) + Self.histograms(record) + (try Self.images(measurements))
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    return TFRecord.frame(try event.serializedBytes(options: options))
  }

  /// Dots become slashes, which group.
  private static func scalars(_ record: MetricsRecord) -> [Tensorboard_Summary.Value] {
    record.numbers.filter { $0.name != "epoch" }.map { name, number in
      value(name) { $0.simpleValue = Float(number) }
    }
  }

  private static func histograms(_ record: MetricsRecord) -> [Tensorboard_Summary.Value] {
    var groups: [String: [Double]] = [:]
    for (name, number) in record.numbers {
      let parts = name.split(separator: ".")
      guard parts.count == 4, ["score", "mask"].contains(parts[1]) else { continue }
      groups["\(parts[1]).\(parts[2])", default: []].append(number)
    }
    return groups.sorted { $0.key < $1.key }.map { name, values in
      Self.value("depths." + name) { $0.histo = histogram(values) }
    }
  }

  /// Thirty buckets from the least to the greatest.
  private static func histogram(_ values: [Double]) -> Tensorboard_HistogramProto {
    var result = Tensorboard_HistogramProto()
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    (result.min, result.max, result.num) = (low, high, Double(values.count))
    result.sum = values.reduce(0, +)
    result.sumSquares = values.reduce(0) { $0 + $1 * $1 }
    let count = 30
    let width = max((high - low) / Double(count), 1e-12)
    result.bucketLimit = (1...count).map { low + width * Double($0) }
    result.bucket = [Double](repeating: 0, count: count)
    for value in values {
      result.bucket[min(count - 1, Int(saturating: (value - low) / width))] += 1
    }
    return result
  }

  private static func images(_ path: String) throws -> [Tensorboard_Summary.Value] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let file = try SafetensorsFile(verifying: path)
    return try file.names.compactMap { name in
      let array = try file.array(name)
      guard array.shape.count == 2, let columns = array.shape.last, columns > 0 else { return nil }
      let picture = HeatMap.png(array.floats(), columns: columns)
      return value(name) {
        $0.image.encodedImageString = picture.data
        ($0.image.width, $0.image.height) = (Int32(picture.width), Int32(picture.height))
        $0.image.colorspace = 3
      }
    }
  }

  private static func value(
    _ name: String, _ fill: (inout Tensorboard_Summary.Value) -> Void
  ) -> Tensorboard_Summary.Value {
    var value = Tensorboard_Summary.Value()
    value.tag = name.replacing(".", with: "/")
    fill(&value)
    return value
  }
}
