"""Words that visitors and pages use for the same thing: what a question may say and its answer may put otherwise."""

from __future__ import annotations

GROUPS: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
    for line in """
price cost fee fare pay charge expensive rent rate euro dollar pound
free gratis costless complimentary
cheap discount reduced reduction half
refund return repay reimburse
open opening hour timetable schedule
close closed shut
begin start found establish launch open
end finish stop cease
buy purchase order sell shop store
make build create produce construct
large big size huge
high tall height altitude
long length duration
weight weigh heavy
old age
far distance kilometre mile
fast quick speed
use utilize apply
need require must necessary
allow permit may permission forbid prohibit ban
phone telephone mobile ring dial call
email mail write contact
contact reach inform announce notify
post deliver ship parcel mail send shipping delivery
car vehicle drive automobile
park parking
bus coach shuttle
bike bicycle cycle
motorcycle motorbike
truck lorry
boat ship ferry
dog pet animal
child kid pupil young
adult grown
student pupil
old elderly senior
employee staff worker crew team
boss owner manager director head
teacher instructor tutor teach
doctor physician vet
job work position profession
company firm business
photo picture image
film movie cinema
music song concert
password passphrase code
wifi wireless network internet
update upgrade version firmware
install set setup mount
error fault failure trouble problem break fail
repair mend fix
guarantee warranty guaranteed
delete remove erase
lose lost forget forgotten
light lamp flash blink
colour color
book reserve reservation booking
cancel cancellation
deadline due date
ticket pass admission entry entrance card
visitor guest customer
member membership join
register sign enrol registration
document form paper certificate
card cash coin
bill invoice
eat food meal drink lunch dinner
vegetarian vegan meatless
allergy allergen allergic gluten
medicine medication drug
disease illness sick
sleep stay overnight accommodation
room bedroom
toilet restroom bathroom
wheelchair accessible disabled
stair step
path way route trail walk
climb ascent
start begin depart leave departure
arrive arrival return
minimum least
maximum most limit
summer july august june
winter december january
night evening
morning dawn
kill die murder death
bear birth birthplace
marry wife husband spouse
win victory champion beat
lose defeat
war battle fight
king queen ruler monarch
author writer write
design architect designer
invent inventor discover
capital city
nation country
reason because cause why since
purpose aim goal
call name known term
language speak written
contain include consist
change alter
help support
danger dangerous safe risk
가격 값 요금 비용 원 금액 뱃삯 수강료 입장료 회비
무료 공짜 거저
할인 절반 반값
환불 돌려 반환 취소
진료 시간
열 오픈 엽니다 여는 열어 열었 열린 열리 영업 운영 개장 시간
시작 설립 창업 세우 세웠 열었 창립 생겼 생기
닫 마감 휴무 쉬는 쉽니다 쉬어 닫습니다 닫아
구입 구매 팔 판매 팝니다 파는 사서 사는
만들 제작 짓 굽 세우 설립 건립
태어나 출생 태어난 나고
죽 사망 별세 숨지
크기 넓이 면적
높이 해발
길이 거리
무게 중량
예약 신청 접수
전화 연락 번호 문의
우편 택배 배송 배달
주차 차 자동차
버스 셔틀 순환
자전거 바이크
강아지 반려견 개 애완견 반려동물
고양이 반려묘
어린이 아이 아동 초등학생
청소년 중고등학생 중고생 학생
어른 성인
노인 어르신 경로
직원 역무원 사람 종업원
사장 주인 대표 원장
선생님 강사 교사 작가
병원 의원 치과
회원 가입 등록
빌리 대출 대여 빌려
연체 늦 늦게
잃어버리 분실 잃
고장 망가 수리 고치
보증 무상 품질
충전 배터리 건전지 전지
청소 세척 씻 닦
비밀번호 암호
인터넷 와이파이
음식 먹 식사 요리
알레르기 성분
술 음주
담배 흡연
벌금 과태료
금지 안됩니다
허용 가능 괜찮
표 티켓 입장권
영화 작품 상영
개막작 처음
마지막 막차 끝
이유 까닭 때문 위해
나라 국가
수도 도시
왕 임금 국왕
아버지 부친
어머니 모친
아내 부인
전쟁 전투
승리 이기 우승
회사 기업
학교 대학 대학교
영향 결과
별명 불리 불렸
이름 명칭
여름 7월 8월
겨울 12월 1월
비 우천 비가
엘리베이터 승강기
열쇠 키
전기 정전 전력
급수 수도 단수 물
온도 차가 뜨거 따뜻
세울 세우 주차 주차장
데려가 데려 데리고 동반 함께 반려견
사진 촬영 찍
짐 가방 수하물 보관
교환 반품 환불
결제 카드 현금 지불
포장 테이크아웃
좌석 자리 석
묵 숙박 머무
체크인 입실
체크아웃 퇴실
조식 아침
지하철 전철 역
도보 걸어 걸
위치 주소 오시
채용 모집 구인
발송 보내 배송 도착
볶 로스팅
필요 준비 지참 가져
창업 개업 생긴 문
値段 価格 料金 費用 入館 入場
無料 タダ 免除
開店 開館 営業 開き 開い 始業
閉店 閉館 閉ま 閉じ 終了
定休 休み 休館 休業 閉ま
創業 開業 設立 創立 始ま 開店
駐車 停め 止め 車を 車で
犬を 犬も 犬は 犬と ペッ 動物
猫を 猫も ペッ 動物
予約 申込 取り置 申し
返品 返金 交換
返却 返す 返せ
発送 配送 届く 届き 送料
電話 連絡 問い
子供 子ど 小人 児童 幼児 未就
大人 一般
学生 学割
高齢 シニ 六十
写真 撮影 撮っ 撮れ
荷物 手荷 ロッ
支払 現金 カー 決済
風呂 入浴 温泉
泊ま 宿泊 一泊
宿の 旅館 宿泊
朝食 朝ご
夕食 晩ご
最寄 交通 アク
理由 ため 原因
地震 災害
定員 人数 何人
申込 応募 登録
更新 延長
门票 票价 成人 买票 购票
价格 票价 费用 价钱
免费 免票
开门 开放 营业 开馆
关门 闭馆 休息 停业 关闭
建立 建于 创建 成立 创办 始建
停车 车位 泊车
照相 拍照 摄影
儿童 小孩 孩子 幼儿 岁以
老人 老年 长者 岁以
学生 学校
成人 大人
行李 寄存 包裹
地铁 地鉄 乘坐 站下
公交 巴士
走路 步行
预约 预订 报名 提前
退货 退款 能退 退换
发货 寄出 配送 快递 送货 运费 包邮
电话 致电 联系 拨打
咨询 疑问 联系
原因 因为 为什
没水 停水
停电 没电
房间 客房 住宿
宠物 带狗
付款 支付 现金 刷卡
厕所 洗手 卫生
早餐 早饭
午餐 午饭
晚餐 晚饭
采茶 采摘 摘茶
高度 海拔 多高
长度 多长
重量 多重
老板 店主
馆长 负责
卖完 售罄
购买 出售 销售
""".strip().splitlines()
)
