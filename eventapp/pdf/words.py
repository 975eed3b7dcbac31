"""Words of two syllables that titles, offices and positions are made of, and words that lead on.

Vietnamese puts a space between syllables, not between words; a line that ends inside a word (cơ /
quan) reads badly. This is no dictionary: what is not here may be divided.
"""

_LIST = """
ban hành|bàn giao|bác sĩ|báo cáo|bảo hiểm|bảo vệ|bế mạc|bệnh viện|bộ phận|chuyên viên|chuyên đề|
chuyển đổi|chánh văn|chính phủ|chính quyền|chính sách|chương trình|chỉ đạo|chủ trì|chủ tịch|
chủ tọa|cán bộ|cục trưởng|công an|công nghiệp|công nghệ|công thương|cơ quan|cơ sở|cải cách|
doanh nghiệp|du lịch|dịch vụ|dữ liệu|giao thông|giám đốc|giáo dục|giải lao|giải đáp|giới thiệu|
hoạt động|hành chính|hướng dẫn|hạ tầng|hệ thống|hội nghị|hội thảo|hội trường|hội đồng|khai mạc|
khoa học|khu vực|kinh tế|kế hoạch|kỹ thuật|lao động|liên quan|lãnh đạo|miền bắc|miền nam|
miền trung|mô hình|môi trường|nghiệp vụ|nghị quyết|nghị định|ngoại vụ|nguyên nhân|ngân hàng|
ngân sách|nhà nước|nhân dân|nhân lực|nâng cao|nông nghiệp|nông thôn|nội dung|nội vụ|phát biểu|
phát thanh|phát triển|phân tích|phòng ban|phó chánh|phó chủ|phó giám|phó trưởng|phối hợp|quy định|
quản lý|quản trị|quốc gia|quốc hội|quốc phòng|sáng tạo|sửa đổi|tham luận|tham mưu|tham quan|
thanh niên|thanh tra|thu thập|thành phố|thông tin|thông tư|thành ủy|thương mại|thường trực|
thường vụ|thảo luận|thể thao|thị xã|thống kê|thủ tướng|thủ tục|thứ trưởng|thực hiện|thực tế|
tiêu biểu|trao đổi|triển khai|trung tâm|trung ương|truyền hình|truyền thông|trưởng ban|
trưởng phòng|trực thuộc|tuyên bố|tài chính|tài liệu|tài nguyên|tập huấn|tổ chức|tổng cục|tổng kết|
tỉnh ủy|viện trưởng|văn hóa|văn phòng|văn thư|vận hành|vụ trưởng|xây dựng|xã hội|y tế|yêu cầu|
đa khoa|điều hành|điển hình|điện tử|đào tạo|đô thị|đơn vị|đại biểu|đất đai|đầu tư|định hướng|
đối ngoại|đồng chí|ủy ban|ủy viên|ứng dụng
"""

WORDS = frozenset(_LIST.replace("\n", "").split("|"))
"""In small letters, a plain space between the syllables."""

_LEADING_ON = """
và|hoặc|của|về|cho|tại|trong|theo|với|từ|do|để|bằng|trên|dưới|các|những|một|mọi|là|ở|
and|or|of|the|a|an|on|in|for|to|by|with|at|from
"""

LEADING_ON = frozenset(_LEADING_ON.replace("\n", "").split("|"))
"""What belongs to the words after it: a line begins with it rather than ends."""
